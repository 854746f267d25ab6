import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inCohort } from '../../../src/game/cohort.ts';

const anyPercentage = fc.double({ min: 0, max: 100, noNaN: true });

test('who is in at one percentage is in at every higher one', () => {
  fc.assert(
    fc.property(fc.string(), anyPercentage, anyPercentage, (id, one, other) => {
      const [lower, higher] = [Math.min(one, other), Math.max(one, other)];
      expect(!inCohort(id, lower) || inCohort(id, higher)).toBe(true);
    }),
  );
});

test('0 is nobody and 100 everybody', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect([inCohort(id, 0), inCohort(id, 100)]).toEqual([false, true]);
    }),
  );
});

test('a game keeps its side for ever', () => {
  const first = ['room-1', 'room-2', 'room-3', 'room-4', 'room-5', 'room-6'];
  expect(first.filter((id) => inCohort(id, 50))).toMatchInlineSnapshot(`
    [
      "room-1",
      "room-2",
      "room-5",
      "room-6",
    ]
  `);
});

test('as large a share of many games is in', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `room-${index}`);
  for (const percentage of [1, 5, 10, 25, 50, 75]) {
    const share = (ids.filter((id) => inCohort(id, percentage)).length / ids.length) * 100;
    expect(Math.abs(share - percentage)).toBeLessThan(1);
  }
});
