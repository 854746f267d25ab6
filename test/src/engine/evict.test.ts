import { describe, expect, test } from 'vitest';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

/** A game at revision 1 in storage and memory. */
async function started(settings: Partial<EngineSettings> = {}) {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, settings);
  await room.engine.create(id, { n: 1 }, 'ada');
  return { backend, ...room };
}

/** As started, and one transition only in memory, because writes fail. */
async function ahead(settings: Partial<EngineSettings> = {}) {
  const room = await started(settings);
  room.backend.fail({ writes: 'before' });
  await room.engine.append(id, move('PREPARATION', { n: 2 }), { revision: 1, ahead: 0 });
  return { ...room, sinceMs: room.clock.now() };
}

const keep = { discard: false };
const discard = { discard: true };

describe('what memory holds', () => {
  test('is told without a read', async () => {
    const { engine, sinceMs, seen } = await ahead();
    const looks = seen.cache.length;
    expect(engine.held(id)).toMatchObject({
      ...{ id, revision: 1, ahead: 1, phase: 'PREPARATION', state: { n: 2 }, persisted: false },
      ...{ sinceMs, divergedAt: undefined },
    });
    expect(engine.held(id)?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(engine.held(parseGameId('other'))).toBeUndefined();
    expect(seen.cache).toHaveLength(looks);
  });

  test('and storage lacks is named', async () => {
    const { engine, sinceMs } = await ahead();
    expect(engine.unpersisted().waiting).toEqual([
      { id, phase: 'PREPARATION', transitions: 1, sinceMs, why: 'failed' },
    ]);
  });
});

describe('evicting a game', () => {
  test('lets go of it, and the next use loads it again', async () => {
    const { engine, backend } = await started();
    expect(await engine.evict(id, keep)).toEqual({ kind: 'evicted', lost: 0 });
    expect(engine.held(id)).toBeUndefined();
    backend.inner.change(id, (game) => ({ ...game, updatedAtMs: 7 }));
    expect(await engine.load(id)).toMatchObject({ revision: 1, state: { n: 1 } });
  });

  test('that memory does not hold is said', async () => {
    const { engine } = await started();
    expect(await engine.evict(parseGameId('other'), discard)).toEqual({ kind: 'not-held' });
  });

  test('brings storage up to date first', async () => {
    const { engine, backend, seen } = await ahead();
    backend.fail({});
    expect(await engine.evict(id, keep)).toEqual({ kind: 'evicted', lost: 0 });
    expect(backend.inner.peek(id)?.revision).toBe(2);
    expect(seen.lost).toEqual([]);
  });

  test('waits for its snapshot, so that nothing is written of it afterwards', async () => {
    const { engine, backend } = await started();
    const { promise, resolve } = Promise.withResolvers<void>();
    const put = backend.putSnapshot.bind(backend);
    backend.putSnapshot = async (...call) => {
      await promise;
      return put(...call);
    };
    const snapshot = engine.snapshot(id, 'manual');
    let isOver = false;
    const evicted = engine.evict(id, keep).finally(() => {
      isOver = true;
    });
    await new Promise((done) => setImmediate(done));
    expect(isOver).toBe(false);
    resolve();
    expect(await evicted).toEqual({ kind: 'evicted', lost: 0 });
    expect(await snapshot).toBe('stored');
    expect(engine.held(id)).toBeUndefined();
  });

  test('is refused while storage takes nothing, and memory keeps it', async () => {
    const { engine } = await ahead();
    const why = '1 of its transitions are only in memory';
    expect(await engine.evict(id, keep)).toEqual({ kind: 'refused', why });
    expect(engine.held(id)).toMatchObject({ ahead: 1 });
  });

  test.each<
    [string, Parameters<Awaited<ReturnType<typeof started>>['backend']['inner']['change']>[1], string]
  >([
    ['is gone from storage', () => undefined, 'storage does not have this game'],
    [
      'is damaged in storage',
      (game) => ({ ...game, events: [{ revision: 1, bytes: Buffer.from('x') }] }),
      'revision 1 cannot be rebuilt from storage',
    ],
  ])('is refused when it %s', async (_what, change, why) => {
    const { engine, backend } = await started();
    backend.inner.change(id, change);
    expect(await engine.evict(id, keep)).toEqual({ kind: 'refused', why });
    expect(engine.held(id)).toBeDefined();
  });

  test('is refused when storage cannot be read: it may have lost the game', async () => {
    const { engine, backend } = await started();
    backend.fail({ readsFail: true });
    expect(await engine.evict(id, keep)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^storage cannot be read: /),
    });
  });

  test('in any case loses what storage never took, by name', async () => {
    const { engine, sinceMs, seen, clock } = await ahead();
    clock.advance(5);
    expect(await engine.evict(id, discard)).toEqual({ kind: 'evicted', lost: 1 });
    const entry = { id, transitions: 1, sinceMs, atMs: sinceMs + 5, why: 'discarded' };
    expect(seen.lost).toEqual([entry]);
    expect(engine.unpersisted()).toMatchObject({ games: 0, lost: { transitions: 1, newest: [entry] } });
  });

  test('that storage went another way with is settled, and what it costs is said', async () => {
    const { engine, backend, seen } = await started();
    await engine.append(id, move('PREPARATION', { n: 2 }), { revision: 1, ahead: 0 });
    backend.inner.change(id, (game) => ({ ...game, revision: 1, events: game.events.slice(0, 1) }));
    expect(await engine.evict(id, discard)).toEqual({ kind: 'evicted', lost: 1 });
    expect(seen.lost).toMatchObject([{ id, transitions: 1, why: 'diverged' }]);
    expect((await engine.load(id))?.state).toEqual({ n: 1 });
  });
});

describe('lost', () => {
  test('is a finished game that is not to be stored once it is pushed out of the cache', async () => {
    const { engine, flags, seen } = await started({ cacheGames: 1 });
    const finished = parseGameId('finished');
    flags.persist = false;
    await engine.create(finished, { n: 1 }, 'ada');
    const phases = ['PREPARATION', 'DECLARATION', 'TURN', 'SCORING', 'GAME_OVER'] as const;
    for (const [index, phase] of phases.entries()) {
      await engine.append(finished, move(phase, { n: 2 }), { revision: 0, ahead: index + 1 });
    }
    await engine.load(id);
    expect(seen.lost).toMatchObject([{ id: finished, transitions: 6, why: 'evicted' }]);
  });

  test('is what storage does not take before the engine is closed', async () => {
    const { engine, seen } = await ahead();
    await engine.close();
    expect(seen.lost).toMatchObject([{ id, transitions: 1, why: 'shutdown' }]);
  });

  test('is what storage had once and lost before the engine is closed', async () => {
    const { engine, backend, seen } = await started();
    await engine.append(id, move('PREPARATION', { n: 2 }), { revision: 1, ahead: 0 });
    backend.inner.change(id, (game) => ({ ...game, revision: 1, events: game.events.slice(0, 1) }));
    await engine.recover(id);
    await engine.close();
    expect(seen.lost).toMatchObject([{ id, transitions: 1, why: 'diverged' }]);
  });

  test('is never a game that storage has', async () => {
    const { engine, seen } = await started({ cacheGames: 1 });
    await engine.create(parseGameId('other'), { n: 1 }, 'ada');
    await engine.close();
    expect(seen.lost).toEqual([]);
  });
});
