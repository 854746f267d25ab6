import type { GameId } from '../../game/game.ts';
import { damagedHead, eventField, revisionOf, snapshotField } from '../current-layout.ts';
import type { Append, Appended, PutSnapshot, SnapshotPut } from '../port.ts';
import type { SendAppend } from './append-batches.ts';
import { asArgument } from './bytes.ts';
import { keyOf } from './keys.ts';
import type { OnKey } from './servers.ts';

export async function append(on: OnKey, send: SendAppend, id: GameId, append: Append): Promise<Appended> {
  const { expectedRevision: expected, phase, atMs, event, snapshot, expiresAtMs } = append;
  const revision = expected + 1;
  const fields = [
    ...(event ? [eventField(revision), asArgument(event)] : []),
    ...(snapshot ? [snapshotField(revision), asArgument(snapshot.bytes)] : []),
  ];
  const head = [expected || 'absent', revision, phase, atMs, expiresAtMs ?? '', snapshot?.keep ?? ''];
  const key = keyOf({ id, layout: 'current' }, on.prefix);
  const [outcome, found] = await on(key, (redis) => send(redis, key, [...head, ...fields]));
  if (outcome === 'done') return { kind: 'committed', revision };
  return { kind: 'conflict', expected, actual: actualRevision(id, found) };
}

export async function putSnapshot(on: OnKey, id: GameId, snapshot: PutSnapshot): Promise<SnapshotPut> {
  const { revision, bytes, keep, dropEventsThrough } = snapshot;
  const key = keyOf({ id, layout: 'current' }, on.prefix);
  const [outcome, found] = await on(key, (redis) =>
    redis.gkPutSnapshot(key, revision, asArgument(bytes), keep, dropEventsThrough),
  );
  if (outcome === 'done') return { kind: 'stored' };
  return { kind: 'refused', actual: actualRevision(id, found) };
}

/** @throws Fault `game-invalid` when what was found is no revision */
function actualRevision(id: GameId, found: string): number {
  if (found === 'absent') return 0;
  const revision = revisionOf(Buffer.from(found));
  if (revision === undefined) throw damagedHead(id, 'rev');
  return revision;
}
