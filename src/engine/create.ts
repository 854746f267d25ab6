import { Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import { catchUpAll, catchUpDue, caughtUp } from './catch-up.ts';
import { createContext, type EngineParts } from './context.ts';
import type { Engine, Transitioned } from './engine.ts';
import { evictGame } from './evict.ts';
import { heldGame, isAhead, isOnlyHere, liveGame } from './held.ts';
import { find } from './lookup.ts';
import { appendTransition, createGame } from './moves.ts';
import { recoverGame } from './recover.ts';
import { queueSnapshot, takeSnapshot } from './snapshots.ts';

export function createEngine(parts: EngineParts): Engine {
  const context = createContext(parts);
  const { games, holds, lanes, snapshotLanes } = context;
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

  const unlessOnHold = (id: GameId, move: () => Promise<Transitioned>): Promise<Transitioned> => {
    const hold = holds.of(id);
    return hold ? Promise.resolve({ kind: 'on-hold', untilMs: hold.untilMs }) : move();
  };

  const catchUp = (signal?: AbortSignal): Promise<void> => {
    catchingUp ??= catchUpDue(context, signal).finally(() => {
      catchingUp = undefined;
    });
    return catchingUp;
  };

  return {
    create: (id, state, actor, signal) =>
      inLane(id, signal, () => unlessOnHold(id, () => createGame(context, id, state, actor, signal))),
    append: (id, transition, expected, signal) =>
      inLane(id, signal, () =>
        unlessOnHold(id, () => appendTransition(context, id, transition, expected, signal)),
      ),
    load: (id, signal) =>
      inLane(id, signal, async () => {
        const game = await find(context, id, signal);
        return game && liveGame(game);
      }),
    recover: (id, mode = { kind: 'latest' }, signal) =>
      inLane(id, signal, () => recoverGame(context, id, mode, signal)),
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
    held(id) {
      const game = games.get(id);
      return game && heldGame(game);
    },
    async evict(id, how, signal) {
      const evicted = await inLane(id, signal, () => evictGame(context, id, how, signal));
      // Who had it evicted may change it in storage now: nothing of ours arrives there after the answer.
      await snapshotLanes.run(id, async () => {});
      return evicted;
    },
    async hold(id, forMs, signal) {
      const placed = await inLane(id, signal, async () => {
        const hold = holds.place(id, forMs);
        const game = games.get(id);
        const kept = game && (await caughtUp(context, game, undefined, signal));
        return { ...hold, ahead: kept?.ahead ?? 0 };
      });
      // What is planned from storage after the answer is planned from what stays there.
      await snapshotLanes.run(id, async () => {});
      return placed;
    },
    release: (id) => holds.end(id),
    holds: () => holds.all(),
    async close(signal) {
      closed = true;
      await lanes.idle();
      await catchUpAll(context, games.all().filter(isAhead), 'shutdown', signal);
      for (const { id } of games.all().filter(isOnlyHere)) games.lose(id, 'shutdown');
      await snapshotLanes.idle();
      for (const game of games.all()) {
        if (context.strategy.snapshotOnShutdown(game)) queueSnapshot(context, game.id, 'shutdown');
      }
      await snapshotLanes.idle();
    },
  };
}
