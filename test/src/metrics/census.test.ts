import { describe, expect, it } from 'vitest';
import type { Census } from '../../../src/backend/port.ts';
import { Fault } from '../../../src/base/fault.ts';
import { createCensusSource } from '../../../src/metrics/source/census.ts';

const counted: Omit<Census, 'atMs'> = {
  games: [
    { layout: 'current', phase: 'TURN', count: 7 },
    { layout: 'legacy', phase: 'TURN', count: 2 },
    { layout: 'current', phase: 'GAME_OVER', count: 30 },
  ],
  snapshots: 4,
  usedBytes: { events: 600, snapshots: 400 },
  limitBytes: 2_000,
};

function sourceOn(take: (nowMs: number) => Promise<Census>) {
  let nowMs = 1_000_000;
  const clock = { now: () => nowMs, sleep: async () => {} };
  const backend = { location: 'redis://h', census: () => take(nowMs) };
  return {
    source: createCensusSource({ backend, clock }),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('figures counted in the backend', () => {
  it('are games that are not over by phase and layout, and storage by component', async () => {
    const { source } = sourceOn(async (atMs) => ({ ...counted, atMs }));
    const { signals } = await source.read();
    expect(signals.activeGames).toEqual({ kind: 'value', value: 9, by: { TURN: 7, 'TURN (legacy)': 2 } });
    expect(signals.storageUsed).toEqual({ kind: 'value', value: 1_000, by: { events: 600, snapshots: 400 } });
    expect(signals.storageLimit).toEqual({ kind: 'value', value: 2_000 });
  });

  it('say of all else that only game servers can tell, and never zero', async () => {
    const { source } = sourceOn(async (atMs) => ({ ...counted, atMs, limitBytes: undefined }));
    const { signals } = await source.read();
    for (const id of ['transitions', 'errorRatio', 'unpersistedGames', 'storageLimit'] as const) {
      expect(signals[id].kind).toBe('none');
    }
  });

  it('have no storage, instead of none in use, where the backend does not tell', async () => {
    const { source } = sourceOn(async (atMs) => ({ ...counted, atMs, usedBytes: {}, limitBytes: undefined }));
    const { signals } = await source.read();
    const notTold = { kind: 'none', why: expect.stringContaining('does not tell') };
    expect(signals).toMatchObject({ storageUsed: notTold, storageLimit: notTold });
  });

  it('carry the time of the count, which is not taken at each read', async () => {
    let counts = 0;
    const { source, advance } = sourceOn(async (atMs) => {
      counts += 1;
      return { ...counted, atMs };
    });
    const first = await source.read();
    advance(1_000);
    expect(await source.read()).toBe(first);
    advance(10_000);
    await expect.poll(async () => (await source.read()).atMs).toBe(first.atMs + 11_000);
    expect(counts).toBe(2);
  });

  it('take a tenth of the time at most, however long a count lasts', async () => {
    let counts = 0;
    const { source, advance } = sourceOn(async (atMs) => {
      counts += 1;
      advance(60_000);
      return { ...counted, atMs };
    });
    await source.read();
    advance(500_000);
    await source.read();
    expect(counts).toBe(1);
  });

  it('go on for the others when one who waits for the count is interrupted', async () => {
    const counting = Promise.withResolvers<Census>();
    const { source } = sourceOn(() => counting.promise);
    const leaving = new AbortController();
    const left = source.read(leaving.signal);
    const staying = source.read();
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'interrupted' });
    counting.resolve({ ...counted, atMs: 1_000_000 });
    expect((await staying).signals.activeGames).toMatchObject({ value: 9 });
  });

  it('fail with the fault of the newest count, leave a gap, and come back', async () => {
    const gone = new Fault('backend-unreachable', 'gone');
    let fails = true;
    const { source, advance } = sourceOn(async (atMs) => {
      if (fails) throw gone;
      return { ...counted, atMs };
    });
    await expect(source.read()).rejects.toBe(gone);
    fails = false;
    advance(10_000);
    await expect.poll(async () => (await source.read()).signals.activeGames.kind).toBe('value');
    expect(source.history('activeGames').map(({ value }) => value)).toEqual([undefined, 9]);
  });
});
