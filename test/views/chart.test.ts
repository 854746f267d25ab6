import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axis, bars, columnsOf, spanFor } from '../../views/chart.ts';
import { cellsOf } from '../../views/line.ts';

const minuteMs = 60_000;
const nowMs = 1_000 * minuteMs;
const bar = ['1', '2', '3', '4'];
const extent = { columns: 6, spanMs: 6 * minuteMs, nowMs };

test('a column shows the worst value of its stretch', () => {
  const points = [
    { atMs: nowMs, value: 1 },
    { atMs: nowMs + 1, value: 9 },
    { atMs: nowMs + 2, value: 3 },
  ];
  expect(columnsOf(points, extent).at(-1)).toBe(9);
  expect(columnsOf(points, extent, 'lowest').at(-1)).toBe(1);
});

test('a stretch without a point stays empty, a zero does not', () => {
  const points = [
    { atMs: nowMs - 2 * minuteMs, value: 0 },
    { atMs: nowMs - minuteMs, value: undefined },
    { atMs: nowMs, value: 4 },
  ];
  expect(bars(columnsOf(points, extent), 1, bar)).toEqual(['   1 3']);
});

test('several rows stack whole bars under the top one', () => {
  expect(bars([2, 4, 8], 2, bar)).toEqual(['  4', '244']);
});

test('points older than the span are left out', () => {
  expect(columnsOf([{ atMs: nowMs - 60 * minuteMs, value: 5 }], extent)).toEqual(Array(6).fill(undefined));
});

test('a point stays in its column until the clock has moved by a column', () => {
  const points = [{ atMs: nowMs, value: 5 }];
  const at = (ms: number) => columnsOf(points, { ...extent, nowMs: nowMs + ms }).indexOf(5);
  expect([at(0), at(minuteMs - 1), at(minuteMs)]).toEqual([5, 5, 4]);
});

test('the span is the shortest that shows every point', () => {
  const points = [{ atMs: nowMs - 3 * minuteMs, value: 1 }];
  expect(spanFor(points, nowMs)).toBe(5 * minuteMs);
  expect(spanFor([], nowMs)).toBe(minuteMs);
});

test('an axis is as wide as its chart and names the scale where it fits', () => {
  expect(axis(30, 5 * minuteMs, '-', '38 ms')).toMatch(/^-5 min -+ top 38 ms -+ now$/);
  fc.assert(
    fc.property(fc.nat(120), fc.string({ maxLength: 8 }), (columns, top) => {
      expect(axis(columns, 10 * minuteMs, '-', top).length).toBe(columns);
    }),
  );
});

test('every row of a chart is as wide as its columns', () => {
  const values = fc.array(fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 10 }), (columns, rows) => {
      const drawn = bars(columns, rows, bar);
      expect(drawn).toHaveLength(rows);
      expect(drawn.every((row) => cellsOf(row) === columns.length)).toBe(true);
      expect([...(drawn.at(-1) ?? '')].map((cell) => cell === ' ')).toEqual(
        columns.map((value) => value === undefined),
      );
    }),
  );
});
