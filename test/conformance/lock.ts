import { describe, expect, test } from 'vitest';
import { scanEncoded } from '../../src/backend/encoded-scan.ts';
import type { Backend } from '../../src/backend/port.ts';
import { keyText } from '../../src/game/record-words.ts';
import type { Place } from '../setup/backend-places.ts';
import { currentRecord, legacyRecord } from '../setup/game-records.ts';

const leaseMs = 60_000;
const none = undefined;

export function describeLock(openPlace: () => Promise<Place>): void {
  describe('the lock', () => {
    test('is one for all who reach the place, and goes to whom it is free for', async () => {
      const place = await openPlace();
      const [one, other] = [place.open(), place.open()];
      expect(await one.changeLock({ from: none, to: 'one', leaseMs })).toBe('one');
      expect(await other.changeLock({ from: none, to: 'other', leaseMs })).toBe('one');
      expect(await other.changeLock({ from: 'other', to: none, leaseMs })).toBe('one');
      expect(await one.changeLock({ from: 'one', to: none, leaseMs })).toBe(none);
      expect(await other.changeLock({ from: none, to: 'other', leaseMs })).toBe('other');
    });

    test('is got by one only of many who try at one moment', async () => {
      const place = await openPlace();
      const clients = [place.open(), place.open()];
      const tries = Array.from({ length: 10 }, (_, n) => `try ${n}`);
      const found = await Promise.all(
        tries.map((to, n) => clients[n % 2]?.changeLock({ from: none, to, leaseMs })),
      );
      expect(new Set(found).size).toBe(1);
      expect(tries).toContain(found[0]);
    });

    test('ends by itself unless it is renewed', async () => {
      const backend = (await openPlace()).open();
      await backend.changeLock({ from: none, to: 'dead', leaseMs: 1 });
      await expect.poll(() => backend.changeLock({ from: none, to: 'next', leaseMs })).toBe('next');
      expect(await backend.changeLock({ from: 'next', to: 'next', leaseMs })).toBe('next');
      expect(await backend.changeLock({ from: none, to: 'third', leaseMs })).toBe('next');
    });

    test('goes from one to another at once, and only from the one that was named', async () => {
      const backend = (await openPlace()).open();
      await backend.changeLock({ from: none, to: 'dead', leaseMs });
      expect(await backend.changeLock({ from: 'dead', to: 'next', leaseMs })).toBe('next');
      expect(await backend.changeLock({ from: 'dead', to: 'late', leaseMs })).toBe('next');
    });

    test('is no game of any layout to whoever scans, reads or counts', async () => {
      const backend = (await openPlace()).open();
      const games = [currentRecord('a'), legacyRecord('a')];
      for (const game of games) await backend.replaceRecord(game, 'absent');
      const before = await counted(backend);
      await backend.changeLock({ from: none, to: 'one', leaseMs });
      expect(await scanned(backend)).toEqual(games.map(keyText).sort());
      expect(await encoded(backend)).toEqual(games.map(keyText).sort());
      expect(await counted(backend)).toEqual(before);
    });
  });
}

async function scanned(backend: Backend): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of backend.scan()) keys.push(...page.map(keyText));
  return keys.sort();
}

async function encoded(backend: Backend): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of scanEncoded(backend)) keys.push(...page.map(({ key }) => keyText(key)));
  return keys.sort();
}

async function counted(backend: Backend) {
  const { games, snapshots } = await backend.census();
  const rough = await backend.roughCensus?.();
  // In which order is up to who answers.
  return { games: new Set(games), snapshots, rough: rough?.games };
}
