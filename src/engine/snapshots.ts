import type { StoredGame } from '../backend/port.ts';
import type { GameId } from '../game/game.ts';
import type { Snapshot, SnapshotTrigger } from '../game/record.ts';
import type { Codec } from './codec.ts';
import type { EngineContext } from './context.ts';
import { type Held, isAhead } from './held.ts';

/** Takes a snapshot after what already waits in the game's lane, so that no transition waits for it to answer. */
export function queueSnapshot(context: EngineContext, id: GameId, trigger: SnapshotTrigger): void {
  const { lanes, snapshotsQueued, games } = context;
  if (snapshotsQueued.has(id)) return;
  snapshotsQueued.add(id);
  void lanes.run(id, async () => {
    snapshotsQueued.delete(id);
    const game = games.get(id);
    if (game) await takeSnapshot(context, game, trigger);
  });
}

/** `refused`: switched off, or storage does not have this state. */
export async function takeSnapshot(
  context: EngineContext,
  game: Held,
  trigger: SnapshotTrigger,
  signal?: AbortSignal,
): Promise<'stored' | 'refused' | 'failed'> {
  if (isAhead(game) || game.unproved || !context.policy.shouldSnapshot(game.id)) return 'refused';
  const outcome = await storeSnapshot(context, game, trigger, signal).catch(() => 'failed' as const);
  context.observer.snapshot({ trigger, outcome: outcome === 'stored' ? 'ok' : 'error' });
  return outcome;
}

async function storeSnapshot(
  context: EngineContext,
  game: Held,
  trigger: SnapshotTrigger,
  signal?: AbortSignal,
): Promise<'stored' | 'refused'> {
  const { backend, clock, codec, settings, games } = context;
  const { id, revision, phase, state, hash } = game;
  const snapshot: Snapshot = { revision, atMs: clock.now(), trigger, phase, state, hash };
  const put = {
    revision,
    bytes: settings.asyncSnapshots ? await codec.encodeAside(snapshot, id) : codec.encode(snapshot, id),
    keep: settings.snapshotsKept,
  };
  const answer = await backend.putSnapshot(id, { ...put, dropEventsThrough: 0 }, signal);
  if (answer.kind === 'refused') return 'refused';
  const snapped = { ...game, snapshotRevision: revision, snapshotAtMs: snapshot.atMs };
  games.put(snapped);
  if (game.events <= settings.compactAfterEvents) return 'stored';

  // Read back first: events go only when the snapshots in their place are proved to be there.
  const stored = await backend.read(id, signal);
  const dropEventsThrough = stored ? neededNoMore(stored, codec) : 0;
  if (dropEventsThrough === 0) return 'stored';
  await backend.putSnapshot(id, { ...put, dropEventsThrough }, signal);
  games.put({ ...snapped, events: revision - dropEventsThrough });
  return 'stored';
}

/** The newest event that no replay from a kept snapshot needs; 0 when every event is needed. */
function neededNoMore({ id, snapshots }: StoredGame, codec: Codec): number {
  return snapshots.find(({ bytes }) => isReadable(bytes, id, codec))?.revision ?? 0;
}

function isReadable(bytes: Uint8Array, id: GameId, codec: Codec): boolean {
  try {
    codec.decodeSnapshot(bytes, id);
    return true;
  } catch {
    return false;
  }
}
