/** How what is only in memory comes into storage, and what follows from it. */
import type { SnapshotTrigger } from '../game/record.ts';
import { type Committed, commit } from './commit.ts';
import type { EngineContext } from './context.ts';
import { type Ahead, type Held, isAhead } from './held.ts';
import { queueSnapshot, queueTrim } from './snapshots.ts';
import { type Own, triggerOf } from './write.ts';

/**
 * Tries to bring a game's pending transitions into storage, and holds what came of it.
 * @param asked as `triggerOf`
 */
export async function store(
  context: EngineContext,
  game: Ahead,
  own: Own | undefined,
  asked: SnapshotTrigger | undefined,
  signal?: AbortSignal,
): Promise<Committed> {
  const result = await commit(context, game, own, asked, signal);
  if (context.strategy.writes === 'snapshot') {
    const trigger = triggerOf(game, asked);
    context.observer.snapshot({ trigger, outcome: result.kind === 'stored' ? 'ok' : 'error' });
  }
  if (result.kind === 'conflict') return result;
  context.games.put(result.game);
  if (result.kind === 'stored') afterStored(context, game, result.game, !own || game.ahead > 1);
  return result;
}

/**
 * A game that ended while it is not to be stored has no write to wait for; else memory would fill with such games
 * for as long as persistence is off. A catch-up still brings it in when persistence is on again before it is evicted.
 */
export function giveUpUnwanted({ games, policy }: EngineContext, game: Held): void {
  if (game.phase !== 'GAME_OVER' || game.divergedAt !== undefined || policy.shouldPersist(game.id)) return;
  games.giveUp(game.id);
}

/** While storage takes no writes, games that end pile up, but not for ever: then they are lost, and it is said. */
export function dropOutlived({ games, clock, settings }: EngineContext, game: Held): void {
  if (!isAhead(game) || game.phase !== 'GAME_OVER' || game.divergedAt !== undefined) return;
  if (clock.now() - game.pending.newestAtMs < settings.completedRetentionMs) return;
  games.lose(game.id, 'outlived');
}

/** What memory holds when storage went further without it: dropped, unless it is the only copy of something. */
export function afterConflict({ games }: EngineContext, game: Held, storedRevision: number): void {
  if (isAhead(game)) games.put({ ...game, divergedAt: storedRevision });
  else games.drop(game.id);
}

function afterStored(context: EngineContext, before: Ahead, game: Held, caughtUp: boolean): void {
  const trigger = context.strategy.snapshotAfter({
    atMs: context.clock.now(),
    from: before.storedPhase,
    to: game.phase,
    failed: before.pending.error !== undefined,
    caughtUp,
    snapshotAtMs: game.snapshotAtMs,
    eventsSince: game.revision - game.snapshotRevision,
  });
  if (trigger) queueSnapshot(context, game.id, trigger);
  else queueTrim(context, game);
  warnOfBound(context, game);
}

/** Where there may be no snapshots, events are all that there is, and stay. */
function warnOfBound({ settings, policy, observer }: EngineContext, { id, events }: Held): void {
  if (events >= settings.maxEvents && !policy.shouldSnapshot(id)) observer.overBound({ id, events });
}
