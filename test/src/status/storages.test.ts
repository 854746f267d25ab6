import { expect, test } from 'vitest';
import type { Census } from '../../../src/backend/port.ts';
import { Fault } from '../../../src/base/fault.ts';
import { createStorageCounts } from '../../../src/status/storages.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const census: Census = {
  atMs: 1_000,
  games: [
    { layout: 'current', phase: 'TURN', count: 7 },
    { layout: 'current', phase: 'GAME_OVER', count: 3 },
    { layout: 'legacy', phase: 'TURN', count: 2 },
  ],
  snapshots: 0,
  usedBytes: {},
  limitBytes: undefined,
};

const counts = (take: () => Promise<Census>) =>
  createStorageCounts(
    [
      { role: 'primary', location: 'here', open: async () => ({ census: async () => census }) },
      { role: 'secondary', location: 'there', open: async () => ({ census: take }) },
    ],
    virtualClock(),
    500,
  );

test('the games of both storages are counted by layout, finished ones too', async () => {
  expect(await counts(async () => census)()).toEqual([
    { role: 'primary', location: 'here', counted: { atMs: 1_000, games: { current: 10, legacy: 2 } } },
    { role: 'secondary', location: 'there', counted: { atMs: 1_000, games: { current: 10, legacy: 2 } } },
  ]);
});

test('a storage that cannot be counted says why, and the other is counted all the same', async () => {
  const fault = new Fault('backend-unreachable', 'gone');
  const [primary, secondary] = await counts(async () => {
    throw fault;
  })();
  expect(primary?.counted).toMatchObject({ games: { current: 10 } });
  expect(secondary?.counted).toBe(fault);
});

test('a count that takes longer than one waits is not known yet, and never zero', async () => {
  const count = Promise.withResolvers<Census>();
  const look = counts(() => count.promise);
  expect((await look())[1]?.counted).toBeUndefined();
  count.resolve(census);
  await count.promise;
  expect((await look())[1]?.counted).toMatchObject({ games: { current: 10 } });
});
