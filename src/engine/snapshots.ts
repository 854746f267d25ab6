import type { GameId } from '../game/game.ts';
import type { Snapshot, SnapshotTrigger } from '../game/record.ts';
import type { EngineContext } from './context.ts';
import { type Held, isOnlyHere } from './held.ts';
import type { EngineSettings } from './settings.ts';
import { eventsThrough, planTrim } from './trim.ts';
import { encodeSnapshot } from './write.ts';

/** Takes a snapshot of the newest state, beside the game's transitions. */
export function queueSnapshot(context: EngineContext, id: GameId, trigger: SnapshotTrigger): void {
  queue(context, 'snapshot', id, (game) => takeSnapshot(context, game, trigger));
}

/** Drops what is too much or too old without a snapshot, for a game that gets none now. */
export function queueTrim(context: EngineContext, game: Held): void {
  if (!isTrimDue(context, game)) return;
  // One that fails is due again at the next transition.
  queue(context, 'trim', game.id, (newest) => trim(context, newest).catch(() => {}));
}

/** At most one of each kind waits for each game. */
function queue(
  { snapshotLanes, snapshotsQueued, games }: EngineContext,
  kind: 'snapshot' | 'trim',
  id: GameId,
  task: (newest: Held) => Promise<unknown>,
): void {
  const name = `${kind} ${id}`;
  if (snapshotsQueued.has(name)) return;
  snapshotsQueued.add(name);
  void snapshotLanes.run(id, async () => {
    snapshotsQueued.delete(name);
    const game = games.get(id);
    if (game) await task(game);
  });
}

/**
 * Not to be called in the game's lane: it enters it.
 * `refused`: switched off, or storage does not have this state.
 */
export async function takeSnapshot(
  context: EngineContext,
  game: Held,
  trigger: SnapshotTrigger,
  signal?: AbortSignal,
): Promise<'stored' | 'refused' | 'failed'> {
  if (isOnlyHere(game) || game.unproved || !context.policy.shouldSnapshot(game.id)) return 'refused';
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
  const { backend, clock, settings } = context;
  const { id, revision, phase, state, hash } = game;
  if (game.snapshotRevision === revision && (await isWrite(context, game, signal))) return 'stored';
  const snapshot: Snapshot = { revision, atMs: clock.now(), trigger, phase, state, hash };
  const bytes = await encodeSnapshot(context, game, snapshot);
  const put = { revision, bytes, keep: settings.snapshotsKept, dropEventsThrough: 0 };
  const answer = await backend.putSnapshot(id, put, signal);
  if (answer.kind === 'refused') return 'refused';
  await note(context, id, (newest) => ({
    ...newest,
    snapshotRevision: Math.max(newest.snapshotRevision, revision),
    snapshotAtMs: snapshot.atMs,
  }));
  if (game.events > settings.compactAfterEvents || isTrimDue(context, game))
    await trim(context, game, signal);
  return 'stored';
}

/**
 * The write that brought this revision was a snapshot, and bears the name by which a lost answer is found: by whoever
 * wrote it, which may be a server with another strategy.
 */
async function isWrite(
  { backend, codec, strategy }: EngineContext,
  { id, revision }: Held,
  signal?: AbortSignal,
): Promise<boolean> {
  if (strategy.writes === 'snapshot') return true;
  const stored = await backend.read(id, signal);
  const there = stored?.snapshots.find((snapshot) => snapshot.revision === revision);
  try {
    return there !== undefined && codec.decodeSnapshot(there.bytes, id).writeId !== undefined;
  } catch {
    // What nobody can read is nobody's answer, and is written anew.
    return false;
  }
}

function isTrimDue({ settings, policy, clock }: EngineContext, game: Held): boolean {
  if (game.snapshotRevision === 0 || !policy.shouldSnapshot(game.id)) return false;
  return game.events >= settings.maxEvents || clock.now() - game.agesFromMs >= shortestRetentionMs(settings);
}

const shortestRetentionMs = (settings: EngineSettings): number =>
  Math.min(settings.snapshotRetentionMs, settings.eventRetentionMs);

/** Reads back first: something goes only when what is to stand for it is proved to be there. */
async function trim(context: EngineContext, { id }: Held, signal?: AbortSignal): Promise<void> {
  const { backend, codec, settings, clock } = context;
  const nowMs = clock.now();
  const stored = await backend.read(id, signal);
  const plan = stored && planTrim(stored, settings, codec, nowMs);
  if (plan) await backend.putSnapshot(id, plan, signal);
  const dropped = plan ? eventsThrough(stored, plan.dropEventsThrough) : 0;
  // What is left may be nearly as old: look again after a tenth of the time.
  const agesFromMs = nowMs - shortestRetentionMs(settings) * 0.9;
  await note(context, id, (newest) => ({ ...newest, agesFromMs, events: newest.events - dropped }));
}

/** In the game's lane, so that no transition works on a copy of before; if it is still in memory. */
async function note(
  { lanes, games }: EngineContext,
  id: GameId,
  change: (newest: Held) => Held,
): Promise<void> {
  await lanes.run(id, async () => {
    const newest = games.get(id);
    if (newest) games.put(change(newest));
  });
}
