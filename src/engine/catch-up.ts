/** Brings what is only in memory into storage, as far as it is due and storage takes it. */
import type { SnapshotTrigger } from '../game/record.ts';
import type { EngineContext } from './context.ts';
import { type Held, isAhead } from './held.ts';
import { afterConflict, dropOutlived, giveUpUnwanted, store } from './store.ts';
import { isDue } from './strategy/due.ts';

export async function catchUpDue(context: EngineContext, signal?: AbortSignal): Promise<void> {
  const { games, settings, clock } = context;
  const due = games
    .all()
    .filter(isAhead)
    .filter(
      ({ pending: { why, sinceMs } }) =>
        why !== 'deferred' || isDue(sinceMs, settings.persistIntervalMs, clock.now()),
    );
  await catchUpAll(context, due, undefined, signal);
  games.dropStale();
}

/** @param asked as `triggerOf` */
export async function catchUpAll(
  context: EngineContext,
  waiting: readonly Held[],
  asked: SnapshotTrigger | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { batchGames } = context.settings;
  for (let start = 0; start < waiting.length; start += batchGames) {
    if (signal?.aborted) return;
    const batch = waiting.slice(start, start + batchGames);
    // A game that cannot be written holds up no other, and stays counted.
    await Promise.allSettled(
      batch.map(({ id }) =>
        context.lanes.run(id, async () => {
          const game = context.games.get(id);
          if (game) dropOutlived(context, await caughtUp(context, game, asked, signal));
        }),
      ),
    );
  }
}

/** The game as it is held after an attempt to bring storage up to date. */
export async function caughtUp(
  context: EngineContext,
  game: Held,
  asked: SnapshotTrigger | undefined,
  signal?: AbortSignal,
): Promise<Held> {
  if (!isAhead(game)) return game;
  if (!context.policy.shouldPersist(game.id)) {
    giveUpUnwanted(context, game);
    return game;
  }
  const result = await store(context, game, undefined, asked, signal);
  if (result.kind === 'conflict') afterConflict(context, game, result.actual);
  return context.games.get(game.id) ?? game;
}
