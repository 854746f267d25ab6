import { describe, expect, test } from 'vitest';
import { type GameId, parseGameId } from '../../../src/game/game.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { move } from '../../setup/transitions.ts';

const ids = Array.from({ length: 10 }, (_, index) => parseGameId(`game-${index}`));

async function filled(settings: { cacheGames: number; cacheTtlMs?: number }) {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, settings);
  for (const id of ids) await room.engine.create(id, { of: id }, 'ada');
  /** Those that are served without a read; asking changes nothing but ages. */
  const inMemory = async () => {
    const found: GameId[] = [];
    for (const id of ids) {
      const reads = backend.calls.read;
      await room.engine.load(id);
      if (backend.calls.read === reads) found.push(id);
    }
    return found;
  };
  return { backend, inMemory, ...room };
}

test('keeps the games that were asked for last', async () => {
  const { backend, engine } = await filled({ cacheGames: 3 });
  for (const id of ids.slice(-3)) await engine.load(id);
  expect(backend.calls.read).toBe(0);
  await engine.load(ids[0] ?? parseGameId('none'));
  expect(backend.calls.read).toBe(1);
});

describe('with a time to live', () => {
  test('keeps what is asked for, and forgets the others', async () => {
    const { clock, engine, backend } = await filled({ cacheGames: 10, cacheTtlMs: 300_000 });
    const [kept = parseGameId('none'), ...others] = ids;
    clock.advance(200_000);
    await engine.load(kept);
    clock.advance(100_001);
    await engine.load(kept);
    expect(backend.calls.read).toBe(0);
    for (const id of others) await engine.load(id);
    expect(backend.calls.read).toBe(9);
  });

  test('never forgets what is only in memory', async () => {
    const { clock, engine, backend } = await filled({ cacheGames: 10, cacheTtlMs: 300_000 });
    const [id = parseGameId('none')] = ids;
    backend.fail({ writes: 'before' });
    await engine.append(id, move('PREPARATION', { n: 2 }), { revision: 1, ahead: 0 });
    clock.advance(1_000_000);
    await engine.catchUp();
    expect(await engine.load(id)).toMatchObject({ state: { n: 2 }, persisted: false });
  });
});

describe('changed while it is used', () => {
  test('tells what it is set to', async () => {
    const { engine } = await filled({ cacheGames: 10 });
    expect(engine.cache()).toEqual({ games: 10, ttlMs: undefined });
    engine.configureCache({ games: 4, ttlMs: 300_000 });
    expect(engine.cache()).toEqual({ games: 4, ttlMs: 300_000 });
  });

  test('evicts at once what is too much, and keeps the newest', async () => {
    const { engine, backend } = await filled({ cacheGames: 10 });
    engine.configureCache({ games: 4, ttlMs: undefined });
    for (const id of ids.slice(-4)) await engine.load(id);
    expect(backend.calls.read).toBe(0);
    await engine.load(ids[5] ?? parseGameId('none'));
    expect(backend.calls.read).toBe(1);
  });

  test('lets what it has grow old from then on', async () => {
    const { engine, clock, inMemory } = await filled({ cacheGames: 10 });
    clock.advance(1_000_000);
    engine.configureCache({ games: 10, ttlMs: 300_000 });
    expect(await inMemory()).toEqual(ids);
    clock.advance(300_001);
    expect(await inMemory()).toEqual([]);
  });

  test.each([
    { games: 0, ttlMs: undefined },
    { games: 1.5, ttlMs: undefined },
    { games: 5, ttlMs: -1 },
  ])('refuses %j and stays as it is', async (settings) => {
    const { engine } = await filled({ cacheGames: 10 });
    expect(() => engine.configureCache(settings)).toThrow(expect.objectContaining({ code: 'wrong-use' }));
    expect(engine.cache()).toEqual({ games: 10, ttlMs: undefined });
  });
});
