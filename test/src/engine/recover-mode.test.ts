import { describe, expect, test } from 'vitest';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

/** Revisions 1 to 5, a second apart, with a snapshot of 3; the game failed in 5. */
async function played() {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend);
  const startMs = room.clock.now();
  await room.engine.create(id, { n: 1 }, 'ada');
  const phases = ['PREPARATION', 'DECLARATION', 'TURN', 'TURN'] as const;
  for (const [index, phase] of phases.entries()) {
    room.clock.advance(1000);
    const revision = index + 2;
    const failure = revision === 5 ? { error: 'no such card' } : {};
    await room.engine.append(
      id,
      { ...move(phase, { n: revision }), ...failure },
      { revision: revision - 1, ahead: 0 },
    );
    if (revision === 3) await room.engine.snapshot(id, 'manual');
  }
  return { backend, startMs, atMs: (revision: number) => startMs + (revision - 1) * 1000, ...room };
}

describe('going back', () => {
  test.each([
    ['to a snapshot', { kind: 'snapshot', revision: 3 }, 3, 'DECLARATION'],
    ['before the last error', { kind: 'before-error' }, 4, 'TURN'],
  ] as const)('%s makes that state the newest revision, and history stays', async (_to, mode, n, phase) => {
    const { engine, backend, seen } = await played();
    expect(await engine.recover(id, mode)).toEqual({
      kind: 'success',
      game: { id, revision: 6, ahead: 0, phase, state: { n }, persisted: true },
      problems: [],
    });
    const stored = backend.inner.peek(id);
    expect(stored?.events.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
    const event = plainCodec.decodeEvent(stored?.events.at(-1)?.bytes ?? new Uint8Array(), id);
    expect(event).toMatchObject({
      ...{ type: 'RECOVERED', from: 'TURN', to: phase },
      reason: `${mode.kind}: back to revision ${n}`,
    });
    expect(seen.recovery).toEqual([{ mode: mode.kind, outcome: 'success' }]);
  });

  test.each(['hybrid', 'snapshot-only'] as const)(
    'before an error whose answer was lost: what came after it tells of no error (%s)',
    async (strategy) => {
      const backend = faultyBackend(memoryBackend());
      const { engine } = engineRoom(backend, { strategy });
      await engine.create(id, { n: 1 }, 'ada');
      backend.fail({ writes: 'after', readsFail: true });
      const failing = { ...move('PREPARATION', { n: 2 }), error: 'no such card' };
      await engine.append(id, failing, { revision: 1, ahead: 0 });
      backend.fail({});
      await engine.append(id, move('DECLARATION', { n: 3 }), { revision: 1, ahead: 1 });
      expect(await engine.recover(id, { kind: 'before-error' })).toMatchObject({
        kind: 'success',
        game: { revision: 4, state: { n: 1 } },
      });
    },
  );

  test('to a time goes on from there, also on another server', async () => {
    const { engine, backend, atMs } = await played();
    const recovered = await engine.recover(id, { kind: 'point-in-time', atMs: atMs(3) });
    expect(recovered).toMatchObject({ kind: 'success', game: { revision: 6, state: { n: 3 } } });
    const next = await engine.append(id, move('TURN', { n: 7 }), { revision: 6, ahead: 0 });
    expect(next).toMatchObject({ kind: 'committed', revision: 7, ahead: 0 });
    expect(await engineRoom(backend).engine.load(id)).toMatchObject({ revision: 7, state: { n: 7 } });
  });

  test('to the newest state writes nothing', async () => {
    const { engine, backend, clock } = await played();
    const recovered = await engine.recover(id, { kind: 'point-in-time', atMs: clock.now() });
    expect(recovered).toMatchObject({ kind: 'success', game: { revision: 5, state: { n: 5 } } });
    expect(backend.inner.peek(id)?.revision).toBe(5);
  });

  test('to what is not kept fails, and memory stays as it is', async () => {
    const { engine, seen } = await played();
    expect(await engine.recover(id, { kind: 'snapshot', revision: 4 })).toEqual({
      kind: 'failed',
      problems: ['there is no snapshot of revision 4; those that are kept: 3'],
    });
    expect(engine.held(id)).toMatchObject({ revision: 5, state: { n: 5 } });
    expect(seen.recovery).toEqual([{ mode: 'snapshot', outcome: 'failure' }]);
  });

  test('does not pass over what only memory has', async () => {
    const { engine, backend } = await played();
    backend.fail({ writes: 'before' });
    await engine.append(id, move('TURN', { n: 6 }), { revision: 5, ahead: 0 });
    expect(await engine.recover(id, { kind: 'before-error' })).toEqual({
      kind: 'failed',
      problems: ['1 of its transitions are only in memory'],
    });
    expect(engine.held(id)).toMatchObject({ ahead: 1, state: { n: 6 } });
  });

  test('writes nothing while persistence is switched off', async () => {
    const { engine, backend, flags } = await played();
    flags.persist = false;
    expect(await engine.recover(id, { kind: 'before-error' })).toEqual({
      kind: 'failed',
      problems: ['persistence is switched off for this game'],
    });
    expect(backend.inner.peek(id)?.revision).toBe(5);
  });

  test('answers not-found for a game that does not exist', async () => {
    const { engine, seen } = engineRoom(memoryBackend());
    expect(await engine.recover(id, { kind: 'before-error' })).toEqual({ kind: 'not-found' });
    expect(seen.recovery).toEqual([{ mode: 'before-error', outcome: 'not_found' }]);
  });

  test('is a conflict when somebody else moves the game meanwhile', async () => {
    const { engine, backend, seen } = await played();
    const append = backend.append.bind(backend);
    backend.append = async (game, input) => {
      backend.append = append;
      await engineRoom(backend).engine.append(id, move('TURN', { n: 6 }), { revision: 5, ahead: 0 });
      return append(game, input);
    };
    await expect(engine.recover(id, { kind: 'before-error' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await engineRoom(backend).engine.load(id))?.state).toEqual({ n: 6 });
    expect(seen.recovery).toEqual([{ mode: 'before-error', outcome: 'failure' }]);
  });
});
