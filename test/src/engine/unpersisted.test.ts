import { BrokenCircuitError } from 'cockatiel';
import { describe, expect, test } from 'vitest';
import type { Position, Transitioned } from '../../../src/engine/engine.ts';
import { type GameId, parseGameId } from '../../../src/game/game.ts';
import { type EngineRoom, engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

async function started(settings = {}) {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, settings);
  const created = await room.engine.create(id, { n: 0 }, 'ada');
  if (created.kind !== 'committed') throw new Error('The game was not created');
  const newest = () => {
    const stored = backend.inner.peek(id)?.events.at(-1);
    return stored && plainCodec.decodeEvent(stored.bytes, id);
  };
  return { backend, newest, created, ...room };
}

describe('while storage fails', () => {
  test('a game goes on in memory and says since when', async () => {
    const { engine, backend, clock, created } = await started();
    backend.fail({ writes: 'before' });
    const sinceMs = clock.now();
    const one = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(one).toMatchObject({ kind: 'unpersisted', revision: 1, ahead: 1, why: 'failed', sinceMs });
    clock.advance(5000);
    if (one.kind !== 'unpersisted') throw new Error();
    const two = await engine.append(id, move('DECLARATION', { n: 2 }), one);
    expect(two).toMatchObject({ kind: 'unpersisted', revision: 1, ahead: 2, why: 'failed', sinceMs });
    expect(await engine.load(id)).toMatchObject({ state: { n: 2 }, phase: 'DECLARATION', persisted: false });
    expect(engine.unpersisted()).toMatchObject({ games: 1, oldestAtMs: sinceMs, diverged: [] });
  });

  test('an open breaker is told apart, and costs no read', async () => {
    const { engine, backend, created } = await started();
    backend.fail({ writes: 'before', cause: new BrokenCircuitError() });
    const reads = backend.calls.read;
    const answer = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(answer).toMatchObject({ kind: 'unpersisted', why: 'breaker-open' });
    expect(backend.calls.read).toBe(reads);
  });

  test('two callers who built on the same state in memory cannot both go on', async () => {
    const { engine, backend, created } = await started();
    backend.fail({ writes: 'before' });
    await engine.append(id, move('PREPARATION', { by: 'ada' }), created);
    const late = await engine.append(id, move('PREPARATION', { by: 'bob' }), created);
    expect(late).toEqual({
      kind: 'conflict',
      expected: { revision: 1, ahead: 0 },
      actual: { revision: 1, ahead: 1 },
    });
  });

  test('a game can be created, and is brought into storage as its event 1', async () => {
    const backend = faultyBackend(memoryBackend());
    const { engine } = engineRoom(backend);
    backend.fail({ writes: 'before', readsFail: true });
    expect(await engine.create(id, { n: 0 }, 'ada')).toMatchObject({
      kind: 'unpersisted',
      revision: 0,
      ahead: 1,
    });
    backend.fail({});
    await engine.catchUp();
    const [event] = backend.inner.peek(id)?.events ?? [];
    expect(event && plainCodec.decodeEvent(event.bytes, id)).toMatchObject({
      revision: 1,
      type: 'CATCH_UP',
      from: null,
      patch: [{ op: 'add', path: '', value: { n: 0 } }],
      covers: 1,
    });
  });

  test('a game that only memory has is never evicted', async () => {
    const { engine, backend, created } = await started({ cacheGames: 1 });
    backend.fail({ writes: 'before' });
    await engine.append(id, move('PREPARATION', { n: 1 }), created);
    backend.fail({});
    await engine.create(parseGameId('b'), {}, 'bob');
    await engine.create(parseGameId('c'), {}, 'bob');
    expect((await engine.load(id))?.state).toEqual({ n: 1 });
  });

  test('an abort during the write leaves the game in memory', async () => {
    const { engine, backend, created } = await started();
    const stop = new AbortController();
    backend.append = async () => {
      stop.abort();
      throw stop.signal.reason;
    };
    const answer = await engine.append(id, move('PREPARATION', { n: 1 }), created, stop.signal);
    expect(answer).toMatchObject({ kind: 'unpersisted', why: 'failed' });
    expect((await engine.load(id))?.state).toEqual({ n: 1 });
  });
});

describe('while persistence is switched off', () => {
  test('nothing is written, not even by a catch-up', async () => {
    const { engine, backend, flags, created } = await started();
    flags.persist = false;
    const answer = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(answer).toMatchObject({ kind: 'unpersisted', why: 'disabled' });
    await engine.catchUp();
    expect(backend.calls.append).toBe(1);
  });
});

describe('a game that ends without being stored', () => {
  /** Played from its creation to its end. */
  async function playToEnd({ engine }: EngineRoom, name: GameId): Promise<void> {
    let at: Position = positionOf(await engine.create(name, { n: 0 }, 'ada'));
    for (const to of ['PREPARATION', 'DECLARATION', 'TURN', 'SCORING', 'GAME_OVER'] as const) {
      at = positionOf(await engine.append(name, move(to, { to }), at));
    }
  }

  function positionOf(moved: Transitioned): Position {
    if (!('revision' in moved)) throw new Error('Nobody else moves this game');
    return moved;
  }

  const names = Array.from({ length: 50 }, (_, index) => parseGameId(`game-${index}`));

  async function playAll(room: EngineRoom): Promise<void> {
    for (const name of names) await playToEnd(room, name);
  }

  async function inMemory({ engine }: EngineRoom): Promise<readonly GameId[]> {
    const found = await Promise.all(names.map((name) => engine.load(name)));
    return found.flatMap((game) => (game ? [game.id] : []));
  }

  test('while persistence is off waits for nothing, and only the newest ones are kept', async () => {
    const room = await started({ cacheGames: 10 });
    room.flags.persist = false;
    await playAll(room);
    expect(room.engine.unpersisted()).toMatchObject({ games: 0, oldestAtMs: undefined, diverged: [] });
    expect(await inMemory(room)).toEqual(names.slice(-10));
    expect((await room.engine.load(names.at(-1) ?? id))?.persisted).toBe(false);
  });

  test('does not take along one that still goes on', async () => {
    const room = await started({ cacheGames: 10 });
    room.flags.persist = false;
    await room.engine.append(id, move('PREPARATION', { n: 1 }), room.created);
    await playAll(room);
    await room.engine.catchUp();
    expect(room.engine.unpersisted().games).toBe(1);
    expect(await room.engine.load(id)).toMatchObject({ state: { n: 1 }, persisted: false });
  });

  test('is brought in if persistence is on again while it is still in memory', async () => {
    const room = await started();
    room.flags.persist = false;
    await playAll(room);
    room.flags.persist = true;
    await room.engine.catchUp();
    for (const name of names) expect(room.backend.inner.peek(name)?.phase).toBe('GAME_OVER');
  });

  test('because writes fail is kept, whatever the size of the cache', async () => {
    const room = await started({ cacheGames: 10 });
    room.backend.fail({ writes: 'before' });
    await playAll(room);
    await room.engine.catchUp();
    expect(room.engine.unpersisted().games).toBe(50);
    expect(await inMemory(room)).toEqual(names);
  });

  test('because writes fail is let go of once it is not to be stored any more', async () => {
    const room = await started({ cacheGames: 10 });
    room.backend.fail({ writes: 'before' });
    await playAll(room);
    room.flags.persist = false;
    await room.engine.catchUp();
    expect(room.engine.unpersisted().games).toBe(0);
    expect(await inMemory(room)).toHaveLength(10);
  });

  test('because writes fail is kept for a time; then it is lost, and named', async () => {
    const room = await started({ completedRetentionMs: 60_000 });
    room.backend.fail({ writes: 'before' });
    await playAll(room);
    room.clock.advance(59_999);
    await room.engine.catchUp();
    expect(room.engine.unpersisted().games).toBe(50);
    room.clock.advance(1);
    await room.engine.catchUp();
    const { games, lost } = room.engine.unpersisted();
    expect({ games, transitions: lost.transitions }).toEqual({ games: 0, transitions: 50 * 6 });
    expect(lost.newest.map(({ id: name, why }) => [name, why])).toEqual(
      names.map((name) => [name, 'outlived']),
    );
    expect(room.seen.lost).toEqual(lost.newest);
    expect(await inMemory(room)).toEqual([]);
  });

  test('and that storage has another version of waits for a person', async () => {
    const room = await started({ completedRetentionMs: 60_000 });
    const [name = id] = names;
    room.flags.persist = false;
    await playToEnd(room, name);
    await engineRoom(room.backend.inner).engine.create(name, { by: 'other' }, 'bob');
    room.flags.persist = true;
    await room.engine.catchUp();
    room.clock.advance(60_000);
    room.flags.persist = false;
    await room.engine.catchUp();
    expect(room.engine.unpersisted().diverged).toMatchObject([{ id: name }]);
    expect(await room.engine.load(name)).toMatchObject({ phase: 'GAME_OVER' });
  });
});

describe('the next write that succeeds', () => {
  async function twoAhead() {
    const room = await started();
    room.backend.fail({ writes: 'before' });
    await room.engine.append(id, move('PREPARATION', { n: 1 }), { revision: 1, ahead: 0 });
    await room.engine.append(id, move('DECLARATION', { n: 2 }), { revision: 1, ahead: 1 });
    room.backend.fail({});
    return { ...room, position: { revision: 1, ahead: 2 } };
  }

  test('of a transition is one event that holds it and all that was missed', async () => {
    const { engine, newest, position } = await twoAhead();
    const answer = await engine.append(id, move('TURN', { n: 3 }), position);
    expect(answer).toMatchObject({ kind: 'committed', revision: 2, ahead: 0 });
    expect(newest()).toMatchObject({
      revision: 2,
      type: 'CATCH_UP',
      from: 'NOT_STARTED',
      to: 'TURN',
      patch: [{ op: 'replace', path: '', value: { n: 3 } }],
      covers: 3,
    });
    expect(engine.unpersisted()).toMatchObject({ games: 0, oldestAtMs: undefined, diverged: [] });
  });

  test('of a catch-up is one event, and a caller may still use the name it knows', async () => {
    const { engine, newest, position } = await twoAhead();
    await engine.catchUp();
    expect(newest()).toMatchObject({ revision: 2, type: 'CATCH_UP', covers: 2 });
    const answer = await engine.append(id, move('TURN', { n: 3 }), position);
    expect(answer).toMatchObject({ kind: 'committed', revision: 3, ahead: 0 });
    expect(newest()).toMatchObject({ type: 'TO_TURN' });
  });

  test('is followed by a snapshot of the gap', async () => {
    const { engine, seen } = await twoAhead();
    await engine.catchUp();
    await engine.load(id);
    await engine.close();
    expect(seen.snapshot).toEqual([{ trigger: 'gap', outcome: 'ok' }]);
  });

  test('catches up as many games at a time as a batch has, and no more', async () => {
    const { engine, backend } = await started({ batchGames: 5 });
    backend.fail({ writes: 'before' });
    for (let index = 0; index < 12; index++) await engine.create(parseGameId(`game-${index}`), {}, 'ada');
    backend.fail({});
    const { append } = backend;
    let running = 0;
    let most = 0;
    backend.append = async (...args) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return append(...args);
    };
    await engine.catchUp();
    expect(most).toBe(5);
    expect(engine.unpersisted().games).toBe(0);
  });

  test('catches up every game, and those it cannot it leaves', async () => {
    const { engine, backend } = await started();
    backend.fail({ writes: 'before' });
    const others = Array.from({ length: 40 }, (_, index) => parseGameId(`game-${index}`));
    for (const other of others) await engine.create(other, {}, 'ada');
    backend.fail({});
    const { append } = backend;
    backend.append = async (game, ...rest) => {
      if (game === others[7]) throw new Error('This one fails');
      return append(game, ...rest);
    };
    await engine.catchUp();
    expect(engine.unpersisted().games).toBe(1);
    expect(await engine.load(others[7] ?? id)).toMatchObject({ persisted: false });
  });
});

describe('a lost answer', () => {
  test('is found to be a commit when the event is there', async () => {
    const { engine, backend, created } = await started();
    backend.fail({ writes: 'after' });
    const answer = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(answer).toMatchObject({ kind: 'committed', revision: 2, ahead: 0 });
  });

  test('is found out later when storage cannot be read at once', async () => {
    const { engine, backend, created, newest } = await started();
    backend.fail({ writes: 'after', readsFail: true });
    const one = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(one).toMatchObject({ kind: 'unpersisted', ahead: 1 });
    backend.fail({});
    await engine.catchUp();
    expect(newest()).toMatchObject({ revision: 2, type: 'TO_PREPARATION' });
    expect(engine.unpersisted().games).toBe(0);
  });

  test('of a write that arrives late is ours, and only the rest is brought in', async () => {
    const { engine, backend, created, newest } = await started();
    backend.fail({ writes: 'late' });
    await engine.append(id, move('PREPARATION', { n: 1 }), created);
    backend.fail({ writes: 'before' });
    await engine.append(id, move('DECLARATION', { n: 2 }), { revision: 1, ahead: 1 });
    backend.fail({});
    await backend.deliver();
    await engine.catchUp();
    expect(newest()).toMatchObject({ revision: 3, type: 'CATCH_UP', from: 'PREPARATION', covers: 1 });
    expect(await engine.load(id)).toMatchObject({ revision: 3, state: { n: 2 }, persisted: true });
  });

  test('that cannot be looked up is a conflict when storage said so and nothing was lost before', async () => {
    const { engine, backend, created } = await started();
    await engineRoom(backend.inner).engine.append(id, move('PREPARATION', { by: 'other' }), created);
    backend.fail({ readsFail: true });
    const answer = await engine.append(id, move('PREPARATION', { by: 'us' }), created);
    expect(answer).toMatchObject({ kind: 'conflict', actual: { revision: 2 } });
  });

  test('is not mistaken for an equal event of somebody else', async () => {
    const { engine, backend, clock, created } = await started();
    const twin = engineRoom(backend.inner, {}, clock);
    await twin.engine.append(id, move('PREPARATION', { n: 1 }), created);
    const answer = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(answer).toMatchObject({ kind: 'conflict', actual: { revision: 2 } });
  });
});

describe('when memory and storage went different ways', () => {
  async function forked() {
    const room = await started();
    room.flags.persist = false;
    await room.engine.append(id, move('PREPARATION', { by: 'us' }), room.created);
    await engineRoom(room.backend.inner).engine.append(
      id,
      move('PREPARATION', { by: 'other' }),
      room.created,
    );
    room.flags.persist = true;
    await room.engine.catchUp();
    return room;
  }

  test('neither is overwritten, and the game is named', async () => {
    const { engine, backend } = await forked();
    expect(engine.unpersisted().diverged).toEqual([
      { id, held: { revision: 1, ahead: 1 }, storedRevision: 2 },
    ]);
    expect((await engine.load(id))?.state).toEqual({ by: 'us' });
    expect((await engineRoom(backend).engine.load(id))?.state).toEqual({ by: 'other' });
  });

  test('further transitions are conflicts', async () => {
    const { engine } = await forked();
    const answer = await engine.append(id, move('DECLARATION', {}), { revision: 1, ahead: 1 });
    expect(answer).toMatchObject({ kind: 'conflict', actual: { revision: 2, ahead: 0 } });
    expect((await engine.load(id))?.state).toEqual({ by: 'us' });
  });

  test('a person can give up what is in memory', async () => {
    const { engine } = await forked();
    await engine.evict(id, { discard: true });
    expect(engine.unpersisted().games).toBe(0);
    expect((await engine.load(id))?.state).toEqual({ by: 'other' });
  });

  test('a game that storage lost goes on in memory, and is named', async () => {
    const { engine, backend, created } = await started();
    backend.inner.change(id, () => undefined);
    const answer = await engine.append(id, move('PREPARATION', { n: 1 }), created);
    expect(answer).toMatchObject({ kind: 'unpersisted', why: 'failed', ahead: 1 });
    expect(engine.unpersisted().diverged).toEqual([
      { id, held: { revision: 1, ahead: 1 }, storedRevision: 0 },
    ]);
    expect(backend.inner.peek(id)).toBeUndefined();
  });

  test('a game that comes back to storage is brought up to date', async () => {
    const { engine, backend, created } = await started();
    const lost = backend.inner.peek(id);
    backend.inner.change(id, () => undefined);
    await engine.append(id, move('PREPARATION', { n: 1 }), created);
    backend.read = async () => lost;
    backend.append = async () => ({ kind: 'committed', revision: 2 });
    await engine.catchUp();
    expect(engine.unpersisted()).toMatchObject({ games: 0, diverged: [] });
  });
});
