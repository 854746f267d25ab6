import { describe, expect, test } from 'vitest';
import type { GameEvent } from '../../../src/game/record.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { type MemoryBackend, memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const first = { revision: 1, ahead: 0 };

function eventsIn(backend: MemoryBackend): GameEvent[] {
  return backend.peek(id)?.events.map(({ bytes }) => plainCodec.decodeEvent(bytes, id)) ?? [];
}

async function started() {
  const backend = memoryBackend();
  const room = engineRoom(backend);
  await room.engine.create(id, { round: 1, cards: [1, 2, 3] }, 'ada');
  return { backend, ...room };
}

describe('creating a game', () => {
  test('writes event 1 with the whole state', async () => {
    const { backend } = await started();
    expect(eventsIn(backend)).toMatchObject([
      {
        revision: 1,
        type: 'CREATED',
        from: null,
        to: 'NOT_STARTED',
        actor: 'ada',
        patch: [{ op: 'add', path: '', value: { round: 1, cards: [1, 2, 3] } }],
      },
    ]);
  });

  test('is a conflict when the game is in memory', async () => {
    const { engine } = await started();
    expect(await engine.create(id, {}, 'bob')).toEqual({
      kind: 'conflict',
      expected: { revision: 0, ahead: 0 },
      actual: first,
    });
  });

  test('is a conflict when only storage has it', async () => {
    const { backend } = await started();
    const other = engineRoom(backend);
    expect(await other.engine.create(id, {}, 'bob')).toMatchObject({ kind: 'conflict', actual: first });
    expect((await other.engine.load(id))?.state).toEqual({ round: 1, cards: [1, 2, 3] });
  });
});

describe('appending a transition', () => {
  test('writes only what changed', async () => {
    const { engine, backend } = await started();
    const answer = await engine.append(id, move('PREPARATION', { round: 1, cards: [1, 3] }), first);
    expect(answer).toMatchObject({ kind: 'committed', revision: 2, ahead: 0 });
    expect(eventsIn(backend)[1]).toMatchObject({
      from: 'NOT_STARTED',
      to: 'PREPARATION',
      patch: [{ op: 'remove', path: '/cards/1' }],
    });
  });

  test('answers the state that the game now has, for the next one to be built on', async () => {
    const { engine } = await started();
    const moved = await engine.append(id, move('PREPARATION', { round: 2, cards: [1, 2, 3] }), first);
    if (moved.kind !== 'committed') throw new Error(moved.kind);
    expect(moved.state).toBe((await engine.load(id))?.state);
    expect(Object.isFrozen(moved.state)).toBe(true);
  });

  test('takes a patch in place of a state', async () => {
    const { engine } = await started();
    const patch = [{ op: 'replace', path: '/round', value: 2 }] as const;
    await engine.append(id, { type: 'P', to: 'PREPARATION', actor: 'ada', change: { patch } }, first);
    expect((await engine.load(id))?.state).toEqual({ round: 2, cards: [1, 2, 3] });
  });

  test.each([
    ['a phase that may not follow', move('TURN', {})],
    ['a patch that does not apply', withPatch('/nowhere/at/all')],
    ['a patch that is no JSON pointer', withPatch('round')],
    ['a state too large to be read back', move('PREPARATION', 'x'.repeat(2 ** 21))],
    // @ts-expect-error a caller without types
    ['a state that is not JSON', move('PREPARATION', undefined)],
  ])('refuses %s and changes nothing', async (_what, transition) => {
    const { engine, backend } = await started();
    await expect(engine.append(id, transition, first)).rejects.toMatchObject({ code: 'game-invalid' });
    expect(backend.peek(id)?.revision).toBe(1);
    expect(await engine.load(id)).toMatchObject({ ...first, state: { round: 1 } });
  });

  test('refuses a game that does not exist', async () => {
    const { engine } = engineRoom(memoryBackend());
    const unknown = engine.append(id, move('PREPARATION', {}), first);
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
  });

  test('lets one of two callers win who built on the same state', async () => {
    const { engine } = await started();
    const answers = await Promise.all([
      engine.append(id, move('PREPARATION', { by: 'ada' }), first),
      engine.append(id, move('PREPARATION', { by: 'bob' }), first),
    ]);
    expect(answers.map((answer) => answer.kind)).toEqual(['committed', 'conflict']);
    expect((await engine.load(id))?.state).toEqual({ by: 'ada' });
  });

  test('does not interleave operations on one game', async () => {
    const { engine, backend } = await started();
    let running = 0;
    const overlaps: number[] = [];
    const { append } = backend;
    backend.append = async (...args) => {
      overlaps.push(++running);
      await new Promise(setImmediate);
      running--;
      return append(...args);
    };
    const second = { revision: 2, ahead: 0 };
    await Promise.all([
      engine.append(id, move('PREPARATION', {}), first),
      engine.append(id, move('DECLARATION', {}), second),
    ]);
    expect(overlaps).toEqual([1, 1]);
    expect(backend.peek(id)?.revision).toBe(3);
  });

  test('shows a move of another server as a conflict, and then serves that state', async () => {
    const { engine, backend } = await started();
    await engineRoom(backend).engine.append(id, move('PREPARATION', { by: 'other' }), first);
    expect(await engine.append(id, move('PREPARATION', { by: 'us' }), first)).toEqual({
      kind: 'conflict',
      expected: first,
      actual: { revision: 2, ahead: 0 },
    });
    expect(await engine.load(id)).toMatchObject({ revision: 2, state: { by: 'other' } });
  });

  test('goes on from a state that the caller saw on another server', async () => {
    const { engine, backend } = await started();
    await engineRoom(backend).engine.append(id, move('PREPARATION', { by: 'other' }), first);
    const answer = await engine.append(id, move('DECLARATION', {}), { revision: 2, ahead: 0 });
    expect(answer).toMatchObject({ kind: 'committed', revision: 3 });
  });

  test('keeps its copy when a caller names a later revision and storage went back', async () => {
    const { engine, backend } = await started();
    await engine.append(id, move('PREPARATION', { n: 2 }), first);
    backend.change(id, (game) => ({ ...game, revision: 1, events: game.events.slice(0, 1) }));
    const answer = await engine.append(id, move('DECLARATION', {}), { revision: 9, ahead: 0 });
    expect(answer).toMatchObject({ kind: 'conflict', actual: { revision: 2 } });
    expect((await engine.load(id))?.state).toEqual({ n: 2 });
  });

  test('keeps no hold on the object that the caller handed over', async () => {
    const { engine } = await started();
    const state = { round: 2 };
    await engine.append(id, move('PREPARATION', state), first);
    state.round = 99;
    expect((await engine.load(id))?.state).toEqual({ round: 2 });
  });

  test('gives storage no time to delete a game, not even a finished one', async () => {
    const { engine, backend } = await started();
    const phases = ['PREPARATION', 'DECLARATION', 'TURN', 'SCORING', 'GAME_OVER'] as const;
    for (const [index, phase] of phases.entries()) {
      await engine.append(id, move(phase, {}), { revision: index + 1, ahead: 0 });
    }
    expect(backend.peek(id)).toMatchObject({ revision: 6, phase: 'GAME_OVER' });
    expect(backend.peek(id)?.expiresAtMs).toBeUndefined();
  });

  test('throws when it is aborted before its turn, and changes nothing', async () => {
    const { engine, backend } = await started();
    const aborted = engine.append(id, move('PREPARATION', {}), first, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'interrupted' });
    expect(backend.peek(id)?.revision).toBe(1);
    expect(engine.unpersisted().games).toBe(0);
  });

  test('tells the observer what became of it', async () => {
    const { engine, seen, flags } = await started();
    await engine.append(id, move('TURN', {}), first).catch(() => {});
    await engine.append(id, move('PREPARATION', {}), { revision: 7, ahead: 0 });
    flags.persist = false;
    await engine.append(id, move('PREPARATION', {}), first);
    expect(seen.transition).toEqual([
      { from: null, to: 'NOT_STARTED', outcome: 'ok' },
      { from: 'NOT_STARTED', to: 'TURN', outcome: 'error' },
      { from: 'NOT_STARTED', to: 'PREPARATION', outcome: 'error' },
      { from: 'NOT_STARTED', to: 'PREPARATION', outcome: 'unpersisted' },
    ]);
  });
});

describe('loading a game', () => {
  test('answers undefined for one that does not exist', async () => {
    expect(await engineRoom(memoryBackend()).engine.load(id)).toBeUndefined();
  });

  test('counts memory as a hit and storage as a miss', async () => {
    const { backend } = await started();
    const { engine, seen } = engineRoom(backend);
    await engine.load(id);
    await engine.load(id);
    expect(seen.cache).toEqual([{ result: 'miss' }, { result: 'hit' }]);
  });

  test('names the game and the revision that storage does not prove', async () => {
    const { backend } = await started();
    backend.change(id, (game) => ({ ...game, revision: 2 }));
    await expect(engineRoom(backend).engine.load(id)).rejects.toMatchObject({
      code: 'record-unreadable',
      message: 'Storage does not prove revision 2 of game room-1: event 2 is missing',
    });
  });
});

test('a closed engine refuses', async () => {
  const { engine } = await started();
  await engine.close();
  await expect(engine.load(id)).rejects.toMatchObject({ code: 'refused' });
});

function withPatch(path: string) {
  const patch = [{ op: 'replace', path, value: 1 }] as const;
  return { type: 'P', to: 'PREPARATION', actor: 'ada', change: { patch } } as const;
}
