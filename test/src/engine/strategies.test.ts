import { describe, expect, test, vi } from 'vitest';
import type { LiveGame, Transition } from '../../../src/engine/engine.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

/** A game in its first TURN; what storage holds of it, and how to play on. */
async function inTurn(settings: Partial<EngineSettings>) {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, { asyncSnapshots: false, ...settings });
  await room.engine.create(id, { n: 1 }, 'ada');
  const newest = async (): Promise<LiveGame> => {
    const live = await room.engine.load(id);
    if (!live) throw new Error('The game is gone');
    return live;
  };
  const go = async (next: Transition) => room.engine.append(id, next, await newest());
  const snapshots = () =>
    (backend.inner.peek(id)?.snapshots ?? []).map(({ bytes }) => plainCodec.decodeSnapshot(bytes, id));
  const events = () =>
    (backend.inner.peek(id)?.events ?? []).map(({ bytes }) => plainCodec.decodeEvent(bytes, id));
  await go(move('PREPARATION', { n: 2 }));
  await go(move('DECLARATION', { n: 3 }));
  await go(move('TURN', { n: 4 }));
  return { backend, go, snapshots, events, newest, ...room };
}

const turn = (n: number, more: Partial<Transition> = {}): Transition => ({ ...move('TURN', { n }), ...more });

describe('snapshot-only', () => {
  const snapshotOnly = { strategy: 'snapshot-only' } as const;

  test('writes the whole state at each change of phase, in the step of the transition, and no events', async () => {
    const { backend, snapshots, events } = await inTurn(snapshotOnly);
    expect(snapshots()).toMatchObject(
      [1, 2, 3, 4].map((revision) => ({ revision, trigger: 'phase', state: { n: revision } })),
    );
    expect(events()).toEqual([]);
    expect(backend.calls).toMatchObject({ append: 4, putSnapshot: 0 });
  });

  test('keeps the transitions in between in memory, counted, and says so', async () => {
    const { backend, clock, engine, go, newest } = await inTurn(snapshotOnly);
    const sinceMs = clock.now();
    const answer = await go(turn(5));
    expect(answer).toMatchObject({ kind: 'unpersisted', revision: 4, ahead: 1, why: 'deferred', sinceMs });
    expect(await newest()).toMatchObject({ state: { n: 5 }, persisted: false });
    expect(engine.unpersisted()).toMatchObject({ games: 1, deferred: 1, oldestAtMs: sinceMs });
    expect(backend.inner.peek(id)?.revision).toBe(4);
  });

  test('writes with the transition after which the oldest has waited long enough', async () => {
    const { clock, go, snapshots } = await inTurn(snapshotOnly);
    await go(turn(5));
    clock.advance(29_999);
    expect(await go(turn(6))).toMatchObject({ why: 'deferred', ahead: 2 });
    clock.advance(1);
    expect(await go(turn(7))).toMatchObject({ kind: 'committed', revision: 5, ahead: 0 });
    expect(snapshots().at(-1)).toMatchObject({ revision: 5, trigger: 'interval', state: { n: 7 } });
  });

  test('has a catch-up write what has waited long enough, and nothing else', async () => {
    const { clock, engine, go, snapshots } = await inTurn(snapshotOnly);
    await go(turn(5));
    clock.advance(29_999);
    await engine.catchUp();
    expect(snapshots().at(-1)?.revision).toBe(4);
    clock.advance(1);
    await engine.catchUp();
    expect(snapshots().at(-1)).toMatchObject({ revision: 5, trigger: 'interval', state: { n: 5 } });
    expect(engine.unpersisted()).toMatchObject({ games: 0, deferred: 0 });
  });

  test('writes at once when the game failed', async () => {
    const { go, snapshots } = await inTurn(snapshotOnly);
    expect(await go(turn(5, { error: 'no cards left' }))).toMatchObject({ kind: 'committed' });
    expect(snapshots().at(-1)).toMatchObject({ revision: 5, trigger: 'error' });
  });

  test('writes at once after a gap', async () => {
    const { flags, go, snapshots } = await inTurn(snapshotOnly);
    flags.persist = false;
    await go(turn(5));
    flags.persist = true;
    expect(await go(turn(6))).toMatchObject({ kind: 'committed' });
    expect(snapshots().at(-1)).toMatchObject({ revision: 5, trigger: 'gap', state: { n: 6 } });
  });

  test('writes at shutdown what it had deferred', async () => {
    const { engine, go, snapshots } = await inTurn(snapshotOnly);
    await go(turn(5));
    await engine.close();
    expect(snapshots().at(-1)).toMatchObject({ revision: 5, trigger: 'shutdown', state: { n: 5 } });
  });

  test('tells of an error also when the write of it failed and the server is shut down', async () => {
    const { backend, engine, go, snapshots } = await inTurn(snapshotOnly);
    backend.fail({ writes: 'before' });
    await go(turn(5, { error: 'no cards left' }));
    backend.fail({});
    await engine.close();
    expect(snapshots().at(-1)).toMatchObject({ revision: 5, trigger: 'error' });
  });

  test('finds its own write when the answer is lost', async () => {
    const { backend, go, snapshots } = await inTurn(snapshotOnly);
    backend.fail({ writes: 'after' });
    expect(await go(move('SCORING', { n: 5 }))).toMatchObject({ kind: 'committed', revision: 5, ahead: 0 });
    expect(snapshots()).toHaveLength(5);
  });

  test('does not take the name off its write by a snapshot on request', async () => {
    const { engine, snapshots } = await inTurn(snapshotOnly);
    const name = snapshots().at(-1)?.writeId;
    expect(name).toBeDefined();
    expect(await engine.snapshot(id, 'manual')).toBe('stored');
    expect(snapshots().at(-1)?.writeId).toBe(name);
  });

  test('writes also where further snapshots are switched off, for it has nothing else', async () => {
    const { flags, go, snapshots } = await inTurn(snapshotOnly);
    flags.snapshot = false;
    await go(move('SCORING', { n: 5 }));
    expect(snapshots().at(-1)).toMatchObject({ revision: 5 });
  });
});

describe('event-sourced', () => {
  const eventSourced = { strategy: 'event-sourced', snapshotIntervalMs: 1_800_000 } as const;

  test('writes every transition, and takes no snapshot for a phase, an error, a gap or a shutdown', async () => {
    const { engine, flags, go, events, snapshots } = await inTurn(eventSourced);
    await go(turn(5, { error: 'no cards left' }));
    flags.persist = false;
    await go(turn(6));
    flags.persist = true;
    await go(move('SCORING', { n: 7 }));
    await engine.close();
    expect(events().map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(snapshots()).toEqual([]);
  });

  test('takes one when the last is old', async () => {
    const { clock, go, snapshots } = await inTurn(eventSourced);
    clock.advance(1_800_000);
    await go(turn(5));
    await vi.waitFor(() => expect(snapshots()).toMatchObject([{ revision: 5, trigger: 'interval' }]));
  });

  test('takes one when many events followed the last', async () => {
    const { go, snapshots } = await inTurn({ ...eventSourced, compactAfterEvents: 5 });
    await go(turn(5));
    await vi.waitFor(() => expect(snapshots()).toMatchObject([{ revision: 5 }]));
    for (const n of [6, 7, 8, 9]) await go(turn(n));
    expect(snapshots()).toHaveLength(1);
    await go(turn(10));
    await vi.waitFor(() => expect(snapshots()).toMatchObject([{ revision: 5 }, { revision: 10 }]));
  });
});

test('of what a failed game said, an event keeps no more than a page', async () => {
  const { go, events } = await inTurn({ strategy: 'hybrid' });
  await go(turn(5, { error: 'x'.repeat(100_000) }));
  expect(events().at(-1)?.error).toBe('x'.repeat(2000));
});

describe('hybrid', () => {
  test('takes a snapshot when the game failed, and its event tells what was said', async () => {
    const { go, events, snapshots } = await inTurn({ strategy: 'hybrid' });
    await go(turn(5, { error: 'no cards left' }));
    await vi.waitFor(() => expect(snapshots()).toMatchObject([{ revision: 5, trigger: 'error' }]));
    expect(events().at(-1)).toMatchObject({ revision: 5, type: 'TO_TURN', error: 'no cards left' });
  });

  test('tells of a failure also when the transition is stored later, with others', async () => {
    const { backend, engine, go, events } = await inTurn({ strategy: 'hybrid' });
    backend.fail({ writes: 'before' });
    await go(turn(5, { error: 'no cards left' }));
    await go(turn(6));
    backend.fail({});
    await engine.catchUp();
    expect(events().at(-1)).toMatchObject({ type: 'CATCH_UP', covers: 2, error: 'no cards left' });
  });
});

describe.each(['hybrid', 'snapshot-only', 'event-sourced'] as const)(
  '%s, when the clock is set back',
  (strategy) => {
    test('goes on in order, and neither a write nor a snapshot waits for it to catch up', async () => {
      const { clock, engine, go, snapshots, backend } = await inTurn({ strategy });
      await go(turn(5));
      clock.advance(-86_400_000);
      expect(await go(turn(6))).toMatchObject({ kind: 'committed' });
      await vi.waitFor(() =>
        expect(snapshots().at(-1)).toMatchObject({ atMs: clock.now(), state: { n: 6 } }),
      );
      await engine.close();
      expect(await engineRoom(backend.inner).engine.load(id)).toMatchObject({ state: { n: 6 } });
    });
  },
);
