/**
 * Compare and append. A small event goes into the head, with the one write that decides; a tail of them that has grown
 * long is spilled into items of their own. A snapshot or a large event is written first and named by the head after.
 */
import type { GameId } from '../../game/game.ts';
import { eventField, snapshotField } from '../current-layout.ts';
import type { Append, Appended } from '../port.ts';
import { attributeOf, type Item } from './attribute-value.ts';
import { isTooLarge } from './faults.ts';
import {
  controlAttributes,
  displacedName,
  expiryAttributes,
  type Head,
  headKey,
  isLive,
  piecesAttribute,
  revisionIn,
} from './head.ts';
import {
  type HeadChange,
  type HeadWritten,
  partsOfAll,
  putHead,
  sweep,
  updateHead,
  writePieces,
} from './head-write.ts';
import { tooLarge } from './item-size.ts';
import { type PieceRef, refFor } from './pieces.ts';
import { readHead, spilledRefs } from './read.ts';
import { type Call, contended } from './requests.ts';
import { newestRefs } from './snapshot.ts';
import { inlineBytes, spill, tailIsLong } from './spill.ts';

/** What a step writes outside of the head, in one write named by `write`. */
type Pieces = readonly (readonly [PieceRef, Uint8Array])[];

interface Step {
  readonly call: Call;
  readonly table: string;
  readonly id: GameId;
  readonly append: Append;
}

export async function append(call: Call, table: string, id: GameId, append: Append): Promise<Appended> {
  const step = { call, table, id, append };
  let head: Head | undefined;
  // A first event needs no look at what is there, nor does a small one: the condition tells.
  if (append.expectedRevision > 0 && hasPieces(append)) head = await readHead(call, table, id);
  else {
    const written = append.expectedRevision === 0 ? await create(step, undefined) : await advance(step);
    if (written.kind === 'written') return committed(step, written.head);
    head = written.head;
  }
  for (let attempt = 0; ; attempt++) {
    const actual = head && isLive(head, call.nowMs()) ? revisionIn(head) : 0;
    if (actual !== append.expectedRevision) {
      return { kind: 'conflict', expected: append.expectedRevision, actual };
    }
    // Only something that is no event has changed meanwhile, or it had expired.
    const written = actual === 0 ? await create(step, head) : await advance(step, head);
    if (written.kind === 'written') return committed(step, written.head);
    head = written.head;
    await call.pause(attempt, contended(id));
  }
}

/** @param before an expired game under this id */
async function create(step: Step, before: Head | undefined): Promise<HeadWritten> {
  const { call, table, id, append } = step;
  const [version, generation] = [call.newId(), call.newId()];
  const pieces = piecesOf(append, version);
  const item: Item = {
    ...headKey(id),
    rev: { N: '1' },
    created: { N: String(append.atMs) },
    ...stepAttributes(append),
    ...controlAttributes({
      version,
      generation,
      spans: [],
      pieces: pieces.map(([ref]) => ref),
      expiresAtMs: append.expiresAtMs,
    }),
  };
  await writePieces(call, table, id, pieces, call.nowMs());
  const written = await putHead(call, table, item, before);
  if (written.kind === 'refused') await sweep(call, table, id, partsOfAll(refsOf(pieces)));
  else if (before) await sweep(call, table, id, partsOfAll([...before.pieces, ...spilledRefs(before)]));
  return written;
}

/** @param before what was read; not needed for an event that goes into the head */
async function advance(step: Step, before?: Head): Promise<HeadWritten> {
  const { call, table, id, append } = step;
  const version = call.newId();
  const pieces = piecesOf(append, version);
  const kept = before && newestRefs([...before.pieces, ...refsOf(pieces)], append.snapshot?.keep);
  const condition = {
    revision: append.expectedRevision,
    liveAtMs: call.nowMs(),
    ...(before && pieces.length > 0 ? { readAs: before } : {}),
  };
  await writePieces(call, table, id, pieces);
  const change = changeOf(append, call.newId(), pieces.length > 0 ? kept : undefined);
  const written = await updateRoomy(step, () => updateHead(call, table, id, version, change, condition));
  if (pieces.length === 0) return written;
  const unnamed =
    written.kind === 'refused'
      ? refsOf(pieces)
      : (before?.pieces ?? []).filter((ref) => !kept?.includes(ref));
  if (unnamed.length > 0) await sweep(call, table, id, partsOfAll(unnamed));
  return written;
}

function changeOf(append: Append, generation: string, kept: readonly PieceRef[] | undefined): HeadChange {
  const { expectedRevision, expiresAtMs, event, snapshot } = append;
  const revision = expectedRevision + 1;
  const set = {
    rev: { N: String(revision) },
    ...stepAttributes(append),
    ...(expiresAtMs === undefined ? {} : expiryAttributes(expiresAtMs)),
    ...(kept ? { pieces: piecesAttribute(kept) } : {}),
  };
  const replaced = [
    displacedName('phase'),
    displacedName('updated'),
    ...(event ? [eventField(revision)] : []),
    ...(snapshot ? [snapshotField(revision)] : []),
    ...(expiresAtMs === undefined ? ['expires', 'ttl'] : []),
  ];
  return {
    set,
    setMissing: { gen: { S: generation } },
    remove: replaced.filter((name) => !(name in set)),
  };
}

function stepAttributes({ expectedRevision, phase, atMs, event }: Append): Item {
  return {
    phase: { S: phase },
    updated: { N: String(atMs) },
    ...(event && event.length <= inlineBytes
      ? { [eventField(expectedRevision + 1)]: attributeOf({ kind: 'bytes', bytes: event }) }
      : {}),
  };
}

const hasPieces = ({ event, snapshot }: Append) =>
  snapshot !== undefined || (event !== undefined && event.length > inlineBytes);

function piecesOf({ expectedRevision, event, snapshot }: Append, write: string): Pieces {
  const revision = expectedRevision + 1;
  const large = event && event.length > inlineBytes ? event : undefined;
  return [
    ...(large ? [[refFor('e', revision, large, write), large] as const] : []),
    ...(snapshot ? [[refFor('s', revision, snapshot.bytes, write), snapshot.bytes] as const] : []),
  ];
}

const refsOf = (pieces: Pieces) => pieces.map(([ref]) => ref);

/** A head that has no room is relieved of its events, and the update tried once more. */
async function updateRoomy(
  { call, table, id }: Step,
  update: () => Promise<HeadWritten>,
): Promise<HeadWritten> {
  try {
    return await update();
  } catch (thrown) {
    if (!isTooLarge(thrown)) throw thrown;
  }
  const head = await readHead(call, table, id);
  if (head) await spill(call, table, head);
  try {
    return await update();
  } catch (thrown) {
    throw isTooLarge(thrown) ? tooLarge(id) : thrown;
  }
}

async function committed({ call, table, append }: Step, head: Head): Promise<Appended> {
  if (tailIsLong(head)) await spill(call, table, head).catch(() => {});
  return { kind: 'committed', revision: append.expectedRevision + 1 };
}
