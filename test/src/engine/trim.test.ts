import { describe, expect, test, vi } from 'vitest';
import type { Encoded, StoredGame } from '../../../src/backend/port.ts';
import { digestOf } from '../../../src/base/digest.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { productionSettings } from '../../../src/engine/settings.ts';
import { planTrim } from '../../../src/engine/trim.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const dayMs = 86_400_000;
const nowMs = 1000 * dayMs;

/** Days of age by revision: one event for each revision, and the snapshots that are named. */
function stored(eventDays: readonly number[], snapshotDays: Readonly<Record<number, number>>): StoredGame {
  const first = 1;
  const hash = digestOf(null);
  const about = { phase: 'TURN', state: null, hash, trigger: 'manual' } as const;
  const event = { type: 'T', from: 'TURN', to: 'TURN', actor: 'a', patch: [], stateHash: hash } as const;
  const events = eventDays.map((days, index): Encoded => {
    const revision = first + index;
    return { revision, bytes: plainCodec.encode({ ...event, revision, atMs: nowMs - days * dayMs }, id) };
  });
  const snapshots = Object.entries(snapshotDays).map(([name, days]): Encoded => {
    const revision = Number(name);
    return { revision, bytes: plainCodec.encode({ ...about, revision, atMs: nowMs - days * dayMs }, id) };
  });
  const times = { createdAtMs: 0, updatedAtMs: nowMs };
  return { id, revision: eventDays.length, phase: 'TURN', ...times, events, snapshots };
}

const damage = (game: StoredGame, revision: number): StoredGame => ({
  ...game,
  snapshots: game.snapshots.map((snapshot) =>
    snapshot.revision === revision ? { revision, bytes: Buffer.from('damaged') } : snapshot,
  ),
});

const plan = (game: StoredGame, settings: Partial<EngineSettings> = {}) =>
  planTrim(game, { ...productionSettings, ...settings }, plainCodec, nowMs);

describe('by age', () => {
  test('nothing goes while all is young', () => {
    expect(plan(stored([3, 2, 1], { 1: 3, 3: 1 }))).toBeUndefined();
  });

  test('snapshots older than their retention go', () => {
    expect(plan(stored([9, 8, 1, 0], { 1: 9, 2: 7, 3: 1, 4: 0 }))).toMatchObject({
      revision: 4,
      keep: 2,
      dropEventsThrough: 0,
    });
  });

  test('the newest readable snapshot stays, however old, with damaged ones after it', () => {
    expect(plan(stored([20, 15, 14], { 1: 20, 2: 15 }))).toMatchObject({ revision: 2, keep: 1 });
    expect(plan(damage(stored([20, 15, 14], { 1: 20, 2: 15, 3: 14 }), 3))).toMatchObject({
      revision: 2,
      keep: 2,
    });
  });

  test('events older than their retention go where a readable snapshot stands for them', () => {
    expect(plan(stored([50, 40, 30, 29], { 3: 6 }))).toMatchObject({ revision: 3, dropEventsThrough: 3 });
  });

  test('events that no readable snapshot stands for stay, however old', () => {
    expect(plan(stored([50, 40, 35, 34], { 2: 6 }))).toMatchObject({ dropEventsThrough: 2 });
    expect(plan(stored([50, 40, 35, 34], {}))).toBeUndefined();
    expect(plan(damage(stored([50, 40, 35, 34], { 2: 6 }), 2))).toBeUndefined();
  });

  test('an event that cannot be read counts as young', () => {
    const game = stored([50, 40, 35, 34], { 4: 6 });
    const events = game.events.map(({ revision }) => ({ revision, bytes: Buffer.from('damaged') }));
    expect(plan({ ...game, events })).toBeUndefined();
  });
});

describe('by number', () => {
  const days = (count: number) => Array.from({ length: count }, () => 1);

  test('many events go as far as no kept snapshot needs them', () => {
    const settings = { compactAfterEvents: 5 };
    expect(plan(stored(days(5), { 3: 1, 5: 1 }), settings)).toBeUndefined();
    expect(plan(stored(days(6), { 3: 1, 5: 1 }), settings)).toMatchObject({ dropEventsThrough: 3, keep: 2 });
  });

  test('at the bound more than half of the events go, though an older snapshot then stands alone', () => {
    const game = stored(days(10), { 1: 1, 4: 1, 6: 1, 9: 1 });
    expect(plan(game, { maxEvents: 10 })).toMatchObject({ dropEventsThrough: 6, keep: 4 });
  });
});

describe('a game that reaches its bound of events', () => {
  async function played(settings: Partial<EngineSettings>, turns: number, snapshotsOn = true) {
    const backend = faultyBackend(memoryBackend());
    const room = engineRoom(backend, { maxEvents: 10, ...settings });
    room.flags.snapshot = snapshotsOn;
    await room.engine.create(id, { n: 1 }, 'ada');
    for (let n = 2; n <= turns; n++) {
      const to = n === 2 ? 'PREPARATION' : n === 3 ? 'DECLARATION' : 'TURN';
      const live = await room.engine.load(id);
      if (live) await room.engine.append(id, move(to, { n }), live);
    }
    return { backend, ...room };
  }

  test.each(['hybrid', 'event-sourced'] as const)('is snapshot in that very step (%s)', async (strategy) => {
    const { backend, engine } = await played({ strategy }, 9);
    backend.putSnapshot = async () => {
      throw new Error('No snapshot but that of the step');
    };
    const live = await engine.load(id);
    if (live) await engine.append(id, move('TURN', { n: 10 }), live);
    expect(backend.inner.peek(id)?.snapshots.map(({ revision }) => revision)).toEqual([10]);
  });

  test('is never much beyond it, and each revision of storage is still proved', async () => {
    const { backend, engine } = await played({ strategy: 'event-sourced' }, 60);
    await engine.close();
    expect(backend.inner.peek(id)?.events.length).toBeLessThan(12);
    expect(await engineRoom(backend.inner).engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 60, state: { n: 60 } },
    });
  });

  test('keeps every event where snapshots are off, and the observer hears of it', async () => {
    const { backend, seen, engine } = await played({}, 12, false);
    await engine.close();
    expect(backend.inner.peek(id)?.events).toHaveLength(12);
    expect(seen.overBound).toEqual([10, 11, 12].map((events) => ({ id, events })));
  });
});

test('what is too old goes while the game is played, by and by', async () => {
  const backend = memoryBackend();
  const hourMs = 3_600_000;
  const retention = { snapshotRetentionMs: hourMs, eventRetentionMs: hourMs };
  const { engine, clock } = engineRoom(backend, retention);
  await engine.create(id, { n: 1 }, 'ada');
  const go = async (to: 'PREPARATION' | 'DECLARATION' | 'TURN', n: number) => {
    const live = await engine.load(id);
    if (live) await engine.append(id, move(to, { n }), live);
  };
  await go('PREPARATION', 2);
  await go('DECLARATION', 3);
  await engine.snapshot(id, 'manual');
  clock.advance(hourMs);
  await go('TURN', 4);
  await vi.waitFor(() => {
    expect(backend.peek(id)?.events.map(({ revision }) => revision)).toEqual([4]);
    expect(backend.peek(id)?.snapshots.map(({ revision }) => revision)).toEqual([4]);
  });
});
