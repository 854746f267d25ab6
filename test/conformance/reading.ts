import { describe, expect, test } from 'vitest';
import type { Backend, StoredGame } from '../../src/backend/port.ts';
import { parseGameId } from '../../src/game/game.ts';
import type { Place } from '../setup/backend-places.ts';
import { currentRecord, legacyRecord } from '../setup/game-records.ts';

const id = parseGameId('game-1');

export function describeReading(openPlace: () => Promise<Place>): void {
  const open = async () => (await openPlace()).open();

  describe('reading', () => {
    test('never sees half of a step', async () => {
      const place = await openPlace();
      const [writer, reader] = [place.open(), place.open()];
      const revisions = 60;
      const writing = writeSteps(writer, revisions);
      let seen: StoredGame | undefined;
      do {
        seen = await reader.read(id);
        if (seen) expectWhole(seen);
      } while (seen?.revision !== revisions);
      await writing;
    });

    test('scans both layouts, each key once', async () => {
      const backend = await open();
      await backend.replaceRecord(currentRecord('a'), 'absent');
      await backend.replaceRecord(legacyRecord('a'), 'absent');
      await backend.replaceRecord(legacyRecord('b'), 'absent');
      const keys: string[] = [];
      for await (const page of backend.scan()) {
        expect(page).not.toHaveLength(0);
        keys.push(...page.map(({ id, layout }) => `${layout} ${id}`));
      }
      expect(keys.sort()).toEqual(['current a', 'legacy a', 'legacy b']);
    });

    test('scans an empty place', async () => {
      for await (const page of (await open()).scan()) expect(page).toBe('nothing');
    });

    test('counts games by layout and phase, and what they take', async () => {
      const backend = await open();
      await backend.replaceRecord(currentRecord('a', { 's:1': 'state' }), 'absent');
      await backend.replaceRecord(currentRecord('b'), 'absent');
      await backend.replaceRecord(currentRecord('c', { phase: 'TORN' }), 'absent');
      await backend.replaceRecord(legacyRecord('a'), 'absent');
      await backend.replaceRecord(legacyRecord('d', { phase: Buffer.of(255) }), 'absent');
      const census = await backend.census();
      expect(census.games.map(({ layout, phase, count }) => `${layout} ${phase} ${count}`).sort()).toEqual([
        'current TURN 2',
        'current unknown 1',
        'legacy TURN 1',
        'legacy unknown 1',
      ]);
      expect(census.snapshots).toBe(1);
      expect(Object.values(census.usedBytes).reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(0);
      expect(Math.abs(census.atMs - Date.now())).toBeLessThan(60_000);
    });
  });

  describe('an aborted call', () => {
    const aborted = AbortSignal.abort();
    const key = { id, layout: 'current' } as const;
    const append = { expectedRevision: 0, phase: 'TURN', atMs: 1, event: Buffer.of(1) } as const;
    const snapshot = { revision: 1, bytes: Buffer.of(1), keep: 1, dropEventsThrough: 0 };
    const calls: Record<string, (backend: Backend) => Promise<unknown>> = {
      ping: (backend) => backend.ping(aborted),
      append: (backend) => backend.append(id, append, aborted),
      read: (backend) => backend.read(id, aborted),
      putSnapshot: (backend) => backend.putSnapshot(id, snapshot, aborted),
      census: (backend) => backend.census(aborted),
      scan: async (backend) => {
        for await (const page of backend.scan(aborted)) expect(page).toBe('nothing');
      },
      readRecords: (backend) => backend.readRecords([key], aborted),
      replaceRecord: (backend) => backend.replaceRecord(currentRecord(id), 'absent', aborted),
      removeRecord: (backend) => backend.removeRecord(key, 'a digest', aborted),
    };

    test.each(Object.entries(calls))('%s ends as interrupted, and nothing was written', async (_, call) => {
      const backend = await open();
      await expect(call(backend)).rejects.toMatchObject({ code: 'interrupted' });
      expect(await backend.readRecords([key])).toEqual([{ kind: 'absent' }]);
    });

    test('that is still waiting for its turn is never carried out', async () => {
      const backend = await open();
      const abort = new AbortController();
      const first = backend.ping();
      const call = backend.append(id, append, abort.signal);
      abort.abort();
      await expect(call).rejects.toMatchObject({ code: 'interrupted' });
      await first;
      expect(await backend.read(id)).toBeUndefined();
    });

    test('ends at once while others wait for the backend', async () => {
      const backend = await open();
      const abort = new AbortController();
      const others = Promise.all(Array.from({ length: 20 }, () => backend.ping()));
      const call = backend.read(id, abort.signal);
      abort.abort();
      await expect(call).rejects.toMatchObject({ code: 'interrupted' });
      await others;
    });
  });

  test('a closed backend answers every call with a Fault', async () => {
    const backend = await open();
    await backend.ping();
    await backend.close();
    await backend.close();
    await expect(backend.ping()).rejects.toMatchObject({ code: 'wrong-use' });
  });
}

/** Each step leaves the events after the newest snapshot's predecessor and names its revision everywhere. */
async function writeSteps(backend: Backend, revisions: number): Promise<void> {
  for (let revision = 1; revision <= revisions; revision++) {
    const bytes = Buffer.from(String(revision));
    const phase = revision % 2 ? 'TURN' : 'SCORING';
    await backend.append(id, { expectedRevision: revision - 1, phase, atMs: revision, event: bytes });
    if (revision % 3 === 0) {
      await backend.putSnapshot(id, { revision, bytes, keep: 1, dropEventsThrough: revision - 1 });
    }
  }
}

function expectWhole({ revision, phase, updatedAtMs, events, snapshots }: StoredGame): void {
  expect([phase, updatedAtMs]).toEqual([revision % 2 ? 'TURN' : 'SCORING', revision]);
  const first = events[0]?.revision ?? 0;
  expect(events.map((event) => event.revision)).toEqual(
    Array.from({ length: revision - first + 1 }, (_, n) => first + n),
  );
  expect(snapshots.map((snapshot) => snapshot.revision)).toEqual(first > 1 ? [first] : []);
}
