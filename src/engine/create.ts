import { asFault, Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import type { SnapshotTrigger } from '../game/record.ts';
import { createContext, type EngineContext, type EngineParts } from './context.ts';
import type { Engine, Recovered } from './engine.ts';
import { type Held, isAhead, liveGame } from './held.ts';
import { find } from './lookup.ts';
import {
  afterConflict,
  appendTransition,
  createGame,
  dropOutlived,
  giveUpUnwanted,
  store,
  triggerOf,
} from './moves.ts';
import { recovery } from './recovery.ts';
import { queueSnapshot, takeSnapshot } from './snapshots.ts';
import { isDue } from './strategy/due.ts';

export function createEngine(parts: EngineParts): Engine {
  const context = createContext(parts);
  const { games, lanes, snapshotLanes } = context;
  let closed = false;
  let catchingUp: Promise<void> | undefined;

  const inLane = async <T>(
    id: GameId,
    signal: AbortSignal | undefined,
    task: () => Promise<T>,
  ): Promise<T> => {
    if (closed) throw new Fault('refused', 'The engine is closed', { next: 'Start the server again' });
    return lanes.run(id, () => {
      if (signal?.aborted) throw new Fault('interrupted', 'Interrupted before anything was written');
      return task();
    });
  };

  const catchUp = (signal?: AbortSignal): Promise<void> => {
    catchingUp ??= catchUpDue(context, signal).finally(() => {
      catchingUp = undefined;
    });
    return catchingUp;
  };

  return {
    create: (id, state, actor, signal) =>
      inLane(id, signal, () => createGame(context, id, state, actor, signal)),
    append: (id, transition, expected, signal) =>
      inLane(id, signal, () => appendTransition(context, id, transition, expected, signal)),
    load: (id, signal) =>
      inLane(id, signal, async () => {
        const game = await find(context, id, signal);
        return game && liveGame(game);
      }),
    recover: (id, signal) => inLane(id, signal, () => recoverGame(context, id, signal)),
    async snapshot(id, trigger, signal) {
      const game = await inLane(id, signal, async () => {
        const found = await find(context, id, signal);
        return found && (await caughtUp(context, found, trigger, signal));
      });
      if (!game) return 'refused';
      return snapshotLanes.run(id, () => takeSnapshot(context, game, trigger, signal));
    },
    catchUp,
    unpersisted: () => games.unpersisted(),
    cache: () => games.cache(),
    configureCache: (settings) => games.configureCache(settings),
    discard: (id) => inLane(id, undefined, async () => games.drop(id)),
    async close(signal) {
      closed = true;
      await lanes.idle();
      await catchUpAll(context, games.all().filter(isAhead), 'shutdown', signal);
      await snapshotLanes.idle();
      for (const game of games.all()) {
        if (context.strategy.snapshotOnShutdown(game)) queueSnapshot(context, game.id, 'shutdown');
      }
      await snapshotLanes.idle();
    },
  };
}

async function catchUpDue(context: EngineContext, signal?: AbortSignal): Promise<void> {
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

/** @param trigger that of the snapshots which the writes may be; by game when left out */
async function catchUpAll(
  context: EngineContext,
  waiting: readonly Held[],
  trigger: SnapshotTrigger | undefined,
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
          if (game) dropOutlived(context, await caughtUp(context, game, trigger, signal));
        }),
      ),
    );
  }
}

/** The game as it is held after an attempt to bring storage up to date. */
async function caughtUp(
  context: EngineContext,
  game: Held,
  trigger: SnapshotTrigger | undefined,
  signal?: AbortSignal,
): Promise<Held> {
  if (!isAhead(game)) return game;
  if (!context.policy.shouldPersist(game.id)) {
    giveUpUnwanted(context, game);
    return game;
  }
  const result = await store(context, game, undefined, trigger ?? triggerOf(game), signal);
  if (result.kind === 'conflict') afterConflict(context, game, result.actual);
  return context.games.get(game.id) ?? game;
}

const recoveryOutcomes = {
  success: 'success',
  partial: 'partial',
  failed: 'failure',
  'not-found': 'not_found',
} as const;

async function recoverGame(context: EngineContext, id: GameId, signal?: AbortSignal): Promise<Recovered> {
  try {
    const held = context.games.get(id);
    const known = held && (await caughtUp(context, held, undefined, signal));
    const { answer, hold } = recovery(await context.backend.read(id, signal), known, context.codec);
    if (hold) context.games.put(hold);
    context.observer.recovery({ mode: 'latest', outcome: recoveryOutcomes[answer.kind] });
    return answer;
  } catch (thrown) {
    context.observer.recovery({ mode: 'latest', outcome: 'failure' });
    throw asFault(thrown, 'backend-failed');
  }
}
