/** A game that an operator holds still for a while. */
import { describe, expect, test } from 'vitest';
import type { Position } from '../../../src/engine/engine.ts';
import { longestHoldMs } from '../../../src/engine/memory.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const first: Position = { revision: 1, ahead: 0 };
const forMs = 60_000;

/** A game at revision 1 in storage and memory. */
async function started(settings: Partial<EngineSettings> = {}) {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, settings);
  await room.engine.create(id, { n: 1 }, 'ada');
  const next = (at = first) => room.engine.append(id, move('PREPARATION', { n: 2 }), at);
  return { backend, next, ...room };
}

describe('a game on hold', () => {
  test('does not move, which is no failure of it, and goes on where it was once it is released', async () => {
    const { engine, backend, next, clock, seen } = await started();
    const untilMs = clock.now() + forMs;
    expect(await engine.hold(id, forMs)).toEqual({ id, untilMs, ahead: 0 });
    expect(await next()).toEqual({ kind: 'on-hold', untilMs });
    expect(backend.inner.peek(id)?.revision).toBe(1);
    expect(engine.held(id)).toMatchObject({ revision: 1, state: { n: 1 } });
    expect(seen.transition).toHaveLength(1);
    expect(engine.release(id)).toBe(true);
    expect(engine.release(id)).toBe(false);
    expect(await next()).toMatchObject({ kind: 'committed', revision: 2 });
  });

  test('goes on by itself once its time is over', async () => {
    const { engine, next, clock } = await started();
    await engine.hold(id, forMs);
    clock.advance(forMs - 1);
    expect(await next()).toMatchObject({ kind: 'on-hold' });
    clock.advance(1);
    expect(await next()).toMatchObject({ kind: 'committed' });
    expect(engine.holds()).toEqual([]);
    expect(engine.release(id)).toBe(false);
  });

  test('goes on when the clock is set back, rather than wait for longer', async () => {
    const { engine, next, clock } = await started();
    await engine.hold(id, forMs);
    clock.advance(-1);
    expect(await next()).toMatchObject({ kind: 'committed' });
  });

  test('is told by name, and stops no other', async () => {
    const { engine, clock } = await started();
    const other = parseGameId('other');
    const { untilMs } = await engine.hold(id, forMs);
    expect(await engine.create(other, { n: 1 }, 'ada')).toMatchObject({ kind: 'committed' });
    expect(engine.holds()).toEqual([{ id, untilMs }]);
    clock.advance(forMs);
    expect(engine.holds()).toEqual([]);
  });

  test('is held for longer when it is asked for again, and never for less', async () => {
    const { engine, clock } = await started();
    const nowMs = clock.now();
    await engine.hold(id, 60_000);
    expect(await engine.hold(id, 90_000)).toMatchObject({ untilMs: nowMs + 90_000 });
    expect(await engine.hold(id, 10_000)).toMatchObject({ untilMs: nowMs + 90_000 });
  });

  test.each([0, -1, Number.NaN, longestHoldMs + 1, Number.POSITIVE_INFINITY])(
    'is not held for %d ms',
    async (ms) => {
      const { engine, next } = await started();
      await expect(engine.hold(id, ms)).rejects.toMatchObject({ code: 'wrong-use' });
      expect(await next()).toMatchObject({ kind: 'committed' });
    },
  );

  test('has what was asked of it before in storage, and what was asked after is refused', async () => {
    const { engine, backend, next } = await started();
    const [before, held, after] = await Promise.all([
      next(),
      engine.hold(id, forMs),
      next({ revision: 2, ahead: 0 }),
    ]);
    expect([before.kind, held.ahead, after.kind]).toEqual(['committed', 0, 'on-hold']);
    expect(backend.inner.peek(id)?.revision).toBe(2);
  });

  test('need not exist: nobody creates it meanwhile', async () => {
    const { engine, backend } = await started();
    const other = parseGameId('other');
    await engine.hold(other, forMs);
    expect(await engine.create(other, { n: 1 }, 'ada')).toMatchObject({ kind: 'on-hold' });
    expect(backend.inner.peek(other)).toBeUndefined();
  });
});

describe('what only memory has of a game that is put on hold', () => {
  test('is stored first, and players go on from where they were', async () => {
    const { engine, backend, next } = await started();
    backend.fail({ writes: 'before' });
    const moved = await next();
    backend.fail({});
    expect(await engine.hold(id, forMs)).toMatchObject({ ahead: 0 });
    expect(backend.inner.peek(id)?.revision).toBe(2);
    engine.release(id);
    if (!('revision' in moved)) throw new Error(moved.kind);
    expect(await engine.append(id, move('DECLARATION', { n: 3 }), moved)).toMatchObject({
      kind: 'committed',
      revision: 3,
    });
  });

  test('is counted where storage does not take it, and stored as soon as it does', async () => {
    const { engine, backend, next } = await started();
    backend.fail({ writes: 'before' });
    await next();
    expect(await engine.hold(id, forMs)).toMatchObject({ ahead: 1 });
    expect(await next({ revision: 1, ahead: 1 })).toMatchObject({ kind: 'on-hold' });
    backend.fail({});
    await engine.catchUp();
    expect(backend.inner.peek(id)?.revision).toBe(2);
  });

  test('is stored though its strategy would have waited, so that the revision stays until the end', async () => {
    const { engine, backend, clock } = await started({ strategy: 'snapshot-only' });
    let at: Position = first;
    for (const [index, to] of (['PREPARATION', 'DECLARATION', 'TURN', 'TURN', 'TURN'] as const).entries()) {
      const moved = await engine.append(id, move(to, { n: index + 2 }), at);
      if (!('revision' in moved)) throw new Error(moved.kind);
      at = moved;
    }
    expect(at.ahead).toBe(2);
    expect(await engine.hold(id, forMs)).toMatchObject({ ahead: 0 });
    const held = backend.inner.peek(id);
    expect(held?.revision).toBe(5);
    clock.advance(forMs - 1);
    await engine.catchUp();
    expect(await engine.evict(id, { discard: false })).toEqual({ kind: 'evicted', lost: 0 });
    expect(backend.inner.peek(id)).toEqual(held);
  });

  test('leaves no snapshot behind that would change storage after the answer', async () => {
    const { engine, backend, next } = await started();
    backend.fail({ writes: 'before' });
    await next();
    backend.fail({});
    const { promise, resolve } = Promise.withResolvers<void>();
    const put = backend.putSnapshot.bind(backend);
    backend.putSnapshot = async (...call) => {
      await promise;
      return put(...call);
    };
    let isOver = false;
    const held = engine.hold(id, forMs).finally(() => {
      isOver = true;
    });
    await new Promise((done) => setImmediate(done));
    expect(isOver).toBe(false);
    resolve();
    await held;
    expect(backend.inner.peek(id)?.snapshots).toHaveLength(1);
  });
});

describe('a game that is evicted while it is on hold', () => {
  test('is moved by nobody and comes into memory for nobody until somebody has written it', async () => {
    const { engine, backend, next } = await started();
    await engine.hold(id, forMs);
    expect(await engine.evict(id, { discard: false })).toEqual({ kind: 'evicted', lost: 0 });
    expect(await next()).toMatchObject({ kind: 'on-hold' });
    expect(await engine.load(id)).toMatchObject({ revision: 1, state: { n: 1 } });
    expect(await engine.recover(id)).toMatchObject({ kind: 'success', game: { revision: 1 } });
    expect(engine.held(id)).toBeUndefined();
    backend.inner.change(id, (game) => ({ ...game, updatedAtMs: 7 }));
    engine.release(id);
    expect(await next()).toMatchObject({ kind: 'committed', revision: 2 });
  });

  test('goes on from what was written, also where that is an older revision', async () => {
    const { engine, backend, next } = await started();
    const earlier = backend.inner.peek(id);
    await next();
    await engine.hold(id, forMs);
    await engine.evict(id, { discard: false });
    await engine.load(id);
    backend.inner.change(id, () => earlier);
    engine.release(id);
    const moved = await engine.append(id, move('DECLARATION', { n: 3 }), { revision: 2, ahead: 0 });
    expect(moved).toMatchObject({ kind: 'conflict', actual: { revision: 1 } });
    expect(engine.unpersisted()).toMatchObject({ games: 0, diverged: [] });
    expect(await engine.load(id)).toMatchObject({ revision: 1, state: { n: 1 } });
  });

  test('is not brought back to an earlier state by the server itself', async () => {
    const { engine, backend, next } = await started();
    await engine.snapshot(id, 'manual');
    await next();
    await engine.hold(id, forMs);
    const back = { kind: 'snapshot', revision: 1 } as const;
    expect(await engine.recover(id, back)).toEqual({
      kind: 'failed',
      problems: ['an operator has put this game on hold'],
    });
    expect(backend.inner.peek(id)?.revision).toBe(2);
    engine.release(id);
    expect(await engine.recover(id, back)).toMatchObject({ kind: 'success', game: { state: { n: 1 } } });
  });
});
