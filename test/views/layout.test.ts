import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  columnCells,
  frameOf,
  gridOf,
  keptColumns,
  overviewRooms,
  rowColumns,
  windowAround,
} from '../../views/layout.ts';

const sizes = fc.record({
  columns: fc.integer({ min: 1, max: 400 }),
  rows: fc.integer({ min: 1, max: 200 }),
});
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

test.each([
  [{ columns: 40, rows: 10 }, 'plain'],
  [{ columns: 59, rows: 60 }, 'plain'],
  [{ columns: 60, rows: 15 }, 'rows'],
  [{ columns: 80, rows: 24 }, 'rows'],
  [{ columns: 200, rows: 60 }, 'grid'],
] as const)('%o has the form %s', (size, form) => {
  expect(frameOf(size).form).toBe(form);
});

test('80 by 24 has room for every figure below its reasons', () => {
  expect(overviewRooms(frameOf({ columns: 80, rows: 24 }))).toEqual({
    reasonRows: 4,
    figures: { columns: 80, rows: 15 },
  });
});

test('where rows are many, more reasons are shown', () => {
  expect(overviewRooms(frameOf({ columns: 200, rows: 60 })).reasonRows).toBe(8);
});

test('the content never is taller than the terminal', () => {
  fc.assert(fc.property(sizes, (size) => frameOf(size).contentRows < Math.max(size.rows, 1)));
});

test('the columns of a figure fill the row', () => {
  fc.assert(
    fc.property(fc.integer({ min: 70, max: 400 }), (columns) => {
      expect(sum(Object.values(rowColumns(columns))) + 8).toBe(columns - 2);
    }),
  );
});

test('the panels of a grid fill it exactly', () => {
  const room = fc.record({
    columns: fc.integer({ min: 120, max: 400 }),
    rows: fc.integer({ min: 20, max: 200 }),
  });
  fc.assert(
    fc.property(room, (size) => {
      const { rows } = gridOf(8, 2, size);
      expect(sum(rows.map(({ height }) => height))).toBe(size.rows);
      expect(rows.every(({ widths }) => sum(widths) === size.columns)).toBe(true);
      expect(sum(rows.map(({ widths }) => widths.length))).toBe(10);
    }),
  );
});

test('a window of a list holds the selection', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 60 }), fc.nat(), (length, rows, pick) => {
      const selected = length === 0 ? 0 : pick % length;
      const { from, to } = windowAround(length, selected, rows);
      expect(to - from).toBe(Math.min(length, rows));
      expect(length === 0 || (from <= selected && selected < to)).toBe(true);
    }),
  );
});

const wishes = [
  { title: 'name', cells: 10, grows: true },
  { title: 'size', cells: 8, drop: 1 },
  { title: 'source', cells: 20, drop: 2 },
];

test('columns without room are left out, the most dispensable first', () => {
  const kept = (cells: number) => keptColumns(wishes, cells).map(({ title }) => title);
  expect(kept(80)).toEqual(['name', 'size', 'source']);
  expect(kept(40)).toEqual(['name', 'size']);
  expect(kept(15)).toEqual(['name']);
});

test('a table is never wider than its room, so that its columns stay apart', () => {
  const wish = fc.record({
    title: fc.constant(''),
    cells: fc.integer({ min: 3, max: 40 }),
    grows: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(wish, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 32, max: 300 }),
      (all, cells) => {
        expect(sum(columnCells(all, cells).map((column) => 2 + column.cells))).toBeLessThanOrEqual(cells);
      },
    ),
  );
});

test('the column that grows takes what is left over', () => {
  expect(columnCells(wishes, 80).map(({ cells }) => cells)).toEqual([80 - 8 - 20 - 6, 8, 20]);
});
