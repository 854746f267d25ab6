import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Backend } from '../../../src/backend/port.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { engineRoom, writings } from '../../setup/engine-room.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { move } from '../../setup/transitions.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Takes everything and keeps nothing, so that what is left in memory is the engine's. */
const sink: Backend = {
  ...memoryBackend(),
  append: async (_id, { expectedRevision }) => ({ kind: 'committed', revision: expectedRevision + 1 }),
  putSnapshot: async () => ({ kind: 'stored' }),
  read: async () => undefined,
};

const stateBytes = 4096;
const state = (game: number, n: number) => ({ game, n, ballast: 'x'.repeat(stateBytes) });

async function play(engine: Engine, from: number, to: number): Promise<void> {
  for (let game = from; game < to; game++) {
    const id = parseGameId(`game-${game}`);
    await engine.create(id, state(game, 1), 'ada');
    await engine.append(id, move('PREPARATION', state(game, 2)), { revision: 1, ahead: 0 });
    await engine.snapshot(id, 'manual');
  }
}

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test.each(writings)('memory does not grow with the games outside the cache ($how)', async ({ settings }) => {
  const { engine, seen } = engineRoom(sink, { ...settings, cacheGames: 20 });
  const forget = () => {
    for (const events of Object.values(seen)) events.length = 0;
  };
  const games = 600;
  // The first of them warm up the compiler, which keeps things of its own.
  await play(engine, 0, games);
  forget();
  const before = heapBytes();
  await play(engine, games, 2 * games);
  forget();
  // A tenth of what their states alone would take.
  expect(heapBytes() - before).toBeLessThan((games * stateBytes) / 10);
});
