import { expect, test } from 'vitest';
import { table } from '../../../src/cli/table.ts';

test('columns are as wide as their cells, and rows may be of different lengths', () => {
  expect(table([['a', 'bb'], ['ccc'], ['d', 'e', 'f']])).toEqual(['a    bb', 'ccc', 'd    e   f']);
  expect(table([])).toEqual([]);
});

test('one long cell moves only its own row', () => {
  const long = 'x'.repeat(300);
  expect(
    table([
      ['a', '1'],
      [long, '2'],
      ['b', '3'],
    ]),
  ).toEqual(['a  1', `${long}  2`, 'b  3']);
});

test('a table may have very many rows', () => {
  const rows = Array.from({ length: 200_000 }, () => ['room', 'create']);
  expect(table(rows)).toHaveLength(200_000);
});
