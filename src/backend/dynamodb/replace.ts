/**
 * Compare and replace in the current layout. The new pieces are written first, under a generation of their own; one
 * conditional write of the head then decides, and the old pieces go. Interrupted anywhere, the old record stands or the
 * new one does, and what nobody names is not read; the next replacement or removal of the game deletes it.
 */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { recordDigest } from '../../game/record-codec.ts';
import { fieldOf } from '../current-layout.ts';
import type { Expected, Replaced } from '../port.ts';
import type { Item } from './attribute-value.ts';
import { isConditionFailed, isTooLarge } from './faults.ts';
import { controlAttributes, headAttribute, headKey } from './head.ts';
import { partsOfAll, putHead, sweep, versionCondition, writePieces } from './head-write.ts';
import { checkItemSize, tooLarge } from './item-size.ts';
import { chunkBytes, type PieceRef, refFor } from './pieces.ts';
import { type Found, readGame, spilledRefs } from './read.ts';
import type { Call } from './requests.ts';
import { addRevisions } from './spans.ts';
import { isShortTail } from './spill.ts';

/** Younger pieces without a head may belong to a game that is being made; see pieces.ts. */
const unbornMs = 86_400_000;

export async function replaceGame(
  call: Call,
  table: string,
  record: GameRecord,
  expected: Expected,
): Promise<Replaced> {
  const found = await readGame(call, table, record.id);
  if (!isExpected(found, expected)) return { kind: 'changed' };
  const { head, pieces } = layOut(call, record);
  checkItemSize(record.id, head);
  const written = partsOfAll(pieces.map(([ref]) => ref));
  await writePieces(call, table, record.id, pieces, found.head ? undefined : call.nowMs());
  try {
    const answer = await putHead(call, table, head, found.head);
    if (answer.kind === 'written') {
      await sweep(call, table, record.id, dead(call, found));
      return { kind: 'written' };
    }
  } catch (thrown) {
    // Otherwise it may still be carried out, and needs its pieces.
    if (isTooLarge(thrown)) {
      await sweep(call, table, record.id, written);
      throw tooLarge(record.id);
    }
    throw thrown;
  }
  await sweep(call, table, record.id, written);
  return { kind: 'changed' };
}

export async function removeGame(
  call: Call,
  table: string,
  { id }: RecordKey,
  expected: string,
): Promise<Replaced> {
  const found = await readGame(call, table, id);
  const { head } = found;
  if (!head || !isExpected(found, expected)) return { kind: 'changed' };
  try {
    await call.send('once', (client, options) =>
      client.send(
        new DeleteItemCommand({
          TableName: table,
          Key: headKey(id),
          ...versionCondition(head),
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
  } catch (thrown) {
    if (isConditionFailed(thrown)) return { kind: 'changed' };
    throw thrown;
  }
  await sweep(call, table, id, dead(call, found));
  return { kind: 'written' };
}

/** Never when something lies beside the game that a record would not say. */
function isExpected({ record, foreign }: Found, expected: Expected): boolean {
  return foreign.length === 0 && (record ? recordDigest(record) : 'absent') === expected;
}

/** What can never be named again, once the head that was found is replaced. */
function dead(call: Call, { head, pieces }: Found): string[] {
  const named = new Set(head ? partsOfAll([...head.pieces, ...spilledRefs(head)]) : []);
  return [...pieces].flatMap(([part, { born }]) => {
    const mayBeNamed = !named.has(part) && born?.N !== undefined && call.nowMs() - Number(born.N) < unbornMs;
    return mayBeNamed ? [] : [part];
  });
}

type Pieces = (readonly [PieceRef, Uint8Array])[];

/** What goes where: small events into the head, as appends would; else each event and snapshot into its own piece. */
function layOut(call: Call, record: GameRecord): { readonly head: Item; readonly pieces: Pieces } {
  const [version, generation] = [call.newId(), call.newId()];
  const inHead: RecordPart[] = [];
  const past: { part: RecordPart; piece: Pieces[number] }[] = [];
  const named: Pieces = [];
  for (const part of record.parts) {
    const field = fieldOf(part.name);
    const isEvent = field?.kind === 'event';
    if (part.value.kind !== 'bytes' || !(isEvent || field?.kind === 'snapshot')) {
      inHead.push(part);
      continue;
    }
    const { bytes } = part.value;
    // An event of a revision to come is replaced once that comes, so it is no piece of this generation.
    if (isEvent && field.revision <= (record.revision ?? 0) && bytes.length <= chunkBytes) {
      const ref = { kind: 'e', revision: field.revision, write: generation, chunks: 1 } as const;
      past.push({ part, piece: [ref, bytes] });
    } else {
      named.push([refFor(isEvent ? 'e' : 's', field.revision, bytes, version), bytes]);
    }
  }
  const fits = isShortTail(past.map(({ piece: [, bytes] }) => bytes));
  const spilled = fits ? [] : past.map(({ piece }) => piece);
  const parts = fits ? [...inHead, ...past.map(({ part }) => part)] : inHead;
  return {
    head: {
      ...headKey(record.id),
      ...Object.fromEntries(parts.map(headAttribute)),
      ...controlAttributes({
        version,
        generation,
        spans: spansOf(spilled.map(([{ revision }]) => revision)),
        pieces: named.map(([ref]) => ref),
        expiresAtMs: record.expiresAtMs,
      }),
    },
    pieces: [...spilled, ...named],
  };
}

const spansOf = (revisions: readonly number[]) => addRevisions([], revisions);
