import { describe, expect, test, vi } from 'vitest';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

/** A game in its first TURN: revision 4. */
async function inTurn(settings: Partial<EngineSettings> = {}) {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, settings);
  await room.engine.create(id, { n: 1 }, 'ada');
  const go = async (...moves: ReturnType<typeof move>[]) => {
    for (const next of moves) {
      const live = await room.engine.load(id);
      if (live) await room.engine.append(id, next, live);
    }
  };
  await go(move('PREPARATION', { n: 2 }), move('DECLARATION', { n: 3 }), move('TURN', { n: 4 }));
  const snapshots = () =>
    (backend.inner.peek(id)?.snapshots ?? []).map(({ bytes }) => plainCodec.decodeSnapshot(bytes, id));
  const eventRevisions = () => backend.inner.peek(id)?.events.map((event) => event.revision);
  return { backend, go, snapshots, eventRevisions, ...room };
}

describe('a snapshot is taken', () => {
  test('when the last one is old', async () => {
    const { go, clock, snapshots } = await inTurn();
    clock.advance(299_999);
    await go(move('TURN', { n: 5 }));
    clock.advance(1);
    await go(move('TURN', { n: 6 }));
    await vi.waitFor(() => expect(snapshots()).toHaveLength(1));
    await go(move('TURN', { n: 7 }));
    expect(snapshots()).toMatchObject([{ revision: 6, trigger: 'interval', phase: 'TURN', state: { n: 6 } }]);
  });

  test('when a round is scored and when the game is over', async () => {
    const { go, snapshots, engine } = await inTurn();
    await go(move('SCORING', { n: 5 }), move('GAME_OVER', { n: 6 }));
    await engine.close();
    expect(snapshots().map(({ revision, trigger }) => [revision, trigger])).toEqual([
      [5, 'phase'],
      [6, 'phase'],
    ]);
  });

  test('on request', async () => {
    const { engine, snapshots, seen } = await inTurn();
    expect(await engine.snapshot(id, 'manual')).toBe('stored');
    expect(snapshots()).toMatchObject([{ revision: 4, trigger: 'manual' }]);
    expect(seen.snapshot).toEqual([{ trigger: 'manual', outcome: 'ok' }]);
  });

  test('on shutdown of games that changed since the last one, and only of those', async () => {
    const { engine, snapshots } = await inTurn();
    await engine.close();
    expect(snapshots()).toMatchObject([{ revision: 4, trigger: 'shutdown' }]);
    const { backend } = await inTurn();
    const room = engineRoom(backend);
    await room.engine.snapshot(id, 'manual');
    await room.engine.close();
    expect(room.seen.snapshot).toEqual([{ trigger: 'manual', outcome: 'ok' }]);
  });

  test('on request of a game that is ahead of storage, once it is caught up', async () => {
    const { engine, go, flags, snapshots } = await inTurn();
    flags.persist = false;
    await go(move('TURN', { n: 5 }));
    expect(await engine.snapshot(id, 'manual')).toBe('refused');
    flags.persist = true;
    expect(await engine.snapshot(id, 'manual')).toBe('stored');
    expect(snapshots()).toMatchObject([{ revision: 5, state: { n: 5 } }]);
  });

  test('without delaying the transition or those that follow', async () => {
    const { go, clock, backend } = await inTurn();
    clock.advance(300_000);
    let release = () => {};
    backend.putSnapshot = () =>
      new Promise((resolve) => {
        release = () => resolve({ kind: 'stored' });
      });
    await go(move('TURN', { n: 5 }), move('TURN', { n: 6 }));
    expect(backend.inner.peek(id)?.revision).toBe(6);
    release();
  });
});

test('an eviction waits for a snapshot that is under way, so that nothing arrives after its answer', async () => {
  const { engine, backend } = await inTurn();
  let release = () => {};
  const { putSnapshot } = backend;
  backend.putSnapshot = async (...args) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return putSnapshot(...args);
  };
  const order: string[] = [];
  const taken = engine.snapshot(id, 'manual').then(() => order.push('taken'));
  await vi.waitFor(() => expect(release.length).toBe(1));
  const evicted = engine.evict(id, { discard: false }).then(() => order.push('evicted'));
  await engine.load(id);
  release();
  await Promise.all([taken, evicted]);
  expect(order).toEqual(['taken', 'evicted']);
});

test('a snapshot that cannot be read any more is taken again, also of the same revision', async () => {
  const { engine, backend, snapshots } = await inTurn();
  await engine.snapshot(id, 'manual');
  const [first] = snapshots();
  const damaged = { revision: 4, bytes: Buffer.from('damaged'), keep: 5, dropEventsThrough: 0 };
  await backend.inner.putSnapshot(id, damaged);
  expect(await engine.snapshot(id, 'manual')).toBe('stored');
  expect(snapshots()).toEqual([first]);
});

describe('no snapshot is taken', () => {
  test('while snapshots are switched off', async () => {
    const { engine, flags, snapshots } = await inTurn();
    flags.snapshot = false;
    expect(await engine.snapshot(id, 'manual')).toBe('refused');
    await engine.close();
    expect(snapshots()).toEqual([]);
  });

  test('of a game that does not exist', async () => {
    expect(await engineRoom(memoryBackend()).engine.snapshot(id, 'manual')).toBe('refused');
  });

  test('when storage fails, and the observer hears of it', async () => {
    const { engine, backend, seen } = await inTurn();
    backend.fail({ writes: 'before' });
    expect(await engine.snapshot(id, 'error')).toBe('failed');
    expect(seen.snapshot).toEqual([{ trigger: 'error', outcome: 'error' }]);
  });
});

describe('compaction', () => {
  const small = { compactAfterEvents: 5, snapshotsKept: 2, snapshotIntervalMs: 1e9 };
  const turns = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => move('TURN', { n: from + index }));

  test('keeps the newest snapshots only', async () => {
    const { engine, go, snapshots } = await inTurn(small);
    for (const n of [5, 6, 7]) {
      await go(move('TURN', { n }));
      await engine.snapshot(id, 'manual');
    }
    expect(snapshots().map(({ revision }) => revision)).toEqual([6, 7]);
  });

  test('leaves the events while there are few', async () => {
    const { engine, go, eventRevisions } = await inTurn(small);
    await go(...turns(5, 5));
    await engine.snapshot(id, 'manual');
    expect(eventRevisions()).toEqual([1, 2, 3, 4, 5]);
  });

  test('drops the events that the oldest kept snapshot holds', async () => {
    const { engine, go, backend, eventRevisions } = await inTurn(small);
    await engine.snapshot(id, 'manual');
    await go(...turns(5, 8));
    await engine.snapshot(id, 'manual');
    expect(eventRevisions()).toEqual([5, 6, 7, 8]);
    expect(await engineRoom(backend).engine.load(id)).toMatchObject({ revision: 8, state: { n: 8 } });
  });

  test('reckons from the oldest snapshot that can be read, not from a damaged one', async () => {
    const { engine, go, backend, eventRevisions } = await inTurn({ ...small, snapshotsKept: 3 });
    await engine.snapshot(id, 'manual');
    await go(...turns(5, 5));
    await engine.snapshot(id, 'manual');
    backend.inner.change(id, (game) => ({
      ...game,
      snapshots: game.snapshots.map((snapshot) =>
        snapshot.revision === 4 ? { ...snapshot, bytes: Buffer.from('damaged') } : snapshot,
      ),
    }));
    await go(...turns(6, 8));
    await engine.snapshot(id, 'manual');
    expect(eventRevisions()).toEqual([6, 7, 8]);
  });

  test('drops nothing when the snapshot cannot be read back', async () => {
    const { engine, go, backend, eventRevisions } = await inTurn(small);
    await go(...turns(5, 8));
    const { putSnapshot } = backend;
    backend.putSnapshot = (game, put, signal) =>
      putSnapshot(game, { ...put, bytes: Buffer.from('damaged') }, signal);
    await engine.snapshot(id, 'manual');
    expect(eventRevisions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
