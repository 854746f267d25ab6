import type { GameId } from '../../game/game.ts';
import { fieldOf, snapshotField } from '../current-layout.ts';
import type { PutSnapshot, SnapshotPut } from '../port.ts';
import { type Head, isLive, piecesAttribute, revisionIn, spansAttribute } from './head.ts';
import { type HeadChange, partsOfAll, sweep, updateHead, writePieces } from './head-write.ts';
import { type PieceRef, refFor } from './pieces.ts';
import { readHead, spilledRefs } from './read.ts';
import { type Call, contended } from './requests.ts';
import { dropThrough } from './spans.ts';

export async function putSnapshot(
  call: Call,
  table: string,
  id: GameId,
  snapshot: PutSnapshot,
): Promise<SnapshotPut> {
  for (let attempt = 0; ; attempt++) {
    const head = await readHead(call, table, id);
    const actual = head && isLive(head, call.nowMs()) ? revisionIn(head) : 0;
    if (!head || actual < snapshot.revision) return { kind: 'refused', actual };
    if (await putOn(call, table, head, snapshot)) return { kind: 'stored' };
    await call.pause(attempt, contended(id));
  }
}

/** What stays of what a head names: of one revision the last, and of all snapshots the newest. */
export function newestRefs(refs: readonly PieceRef[], keep = Number.POSITIVE_INFINITY): readonly PieceRef[] {
  const last = [...new Map(refs.map((ref) => [`${ref.kind} ${ref.revision}`, ref])).values()];
  const snapshots = last.filter(({ kind }) => kind === 's').sort((a, b) => b.revision - a.revision);
  const old = new Set(snapshots.slice(keep));
  return last.filter((ref) => !old.has(ref));
}

/**
 * False when somebody else has written meanwhile. Each attempt has pieces of its own: whoever came before may be about
 * to delete those of the last one.
 */
async function putOn(
  call: Call,
  table: string,
  head: Head,
  { revision, bytes, keep, dropEventsThrough }: PutSnapshot,
): Promise<boolean> {
  const { id } = head;
  const version = call.newId();
  const ref = refFor('s', revision, bytes, version);
  const pieces = newestRefs([...head.pieces, ref], keep).filter(
    (one) => one.kind === 's' || one.revision > dropEventsThrough,
  );
  const spans = dropThrough(head.spans, dropEventsThrough);
  if (pieces.includes(ref)) await writePieces(call, table, id, [[ref, bytes]]);
  const change = {
    set: {
      pieces: piecesAttribute(pieces),
      ...(spans.length > 0 ? { spans: spansAttribute(spans) } : {}),
    },
    remove: [
      ...eventsThrough(head, dropEventsThrough),
      ...(snapshotField(revision) in head.item ? [snapshotField(revision)] : []),
      ...(spans.length === 0 && head.spans.length > 0 ? ['spans'] : []),
    ],
  } satisfies HeadChange;
  const written = await updateHead(call, table, id, version, change, { readAs: head });
  if (written.kind === 'refused') {
    await sweep(call, table, id, partsOfAll([ref]));
    return false;
  }
  const named = new Set(partsOfAll([...pieces, ...spilledRefs({ ...head, spans })]));
  const before = partsOfAll([...head.pieces, ...spilledRefs(head)]);
  await sweep(
    call,
    table,
    id,
    before.filter((part) => !named.has(part)),
  );
  return true;
}

/** Names in the head, whatever they hold. */
function eventsThrough({ item }: Head, revision: number): string[] {
  return Object.keys(item).filter((name) => {
    const field = fieldOf(Buffer.from(name));
    return field?.kind === 'event' && field.revision <= revision;
  });
}
