import { expect, test } from 'vitest';
import type { Json } from '../../../src/game/game.ts';
import { leafText, parentOf, treeMatches, treeRows } from '../../../views/games/tree.ts';

const none = new Map<string, boolean>();
const shown = (state: Json, folds = none) =>
  treeRows(state, folds).map(({ depth, name, value }) => `${' '.repeat(depth)}${name} ${value}`.trimEnd());

test('small things are seen whole, large ones folded', () => {
  const state = { round: 3, hand: ['a', 'b'], deck: Array.from({ length: 40 }, (_, card) => card) };
  expect(shown(state)).toEqual([
    ' {3 fields}',
    ' round 3',
    ' hand [2 items]',
    '  0 "a"',
    '  1 "b"',
    ' deck [40 items]',
  ]);
});

test('what the operator unfolds and folds stays so', () => {
  const state = { hand: ['a'], deck: Array.from({ length: 9 }, () => 0) };
  const folds = new Map([
    ['/hand', false],
    ['/deck', true],
  ]);
  const rows = treeRows(state, folds);
  expect(rows.find(({ pointer }) => pointer === '/hand')).toMatchObject({ kind: 'folded' });
  expect(rows.filter(({ pointer }) => pointer.startsWith('/deck/'))).toHaveLength(9);
});

test('a state of many megabytes costs no more than what is shown', () => {
  const state = {
    cards: Array.from({ length: 500_000 }, (_, card) => ({ card })),
    text: 'x'.repeat(5_000_000),
  };
  const rows = treeRows(state, new Map([['/cards', true]]));
  expect(rows.length).toBeLessThan(500);
  expect(rows.some(({ kind, value }) => kind === 'more' && value.startsWith('499,800 more'))).toBe(true);
  expect(Math.max(...rows.map(({ value }) => value.length))).toBeLessThan(500);
});

test('however much is unfolded, the rows are bounded and say so', () => {
  const state = Array.from({ length: 150 }, () => Array.from({ length: 150 }, () => 0));
  const folds = new Map(state.map((_, index) => [`/${index}`, true]));
  const rows = treeRows(state, folds);
  expect(rows.length).toBeLessThan(5_300);
  expect(rows.at(-1)?.value).toContain('is not shown');
});

test('a search finds names and values wherever they are folded away', () => {
  const state = { players: Array.from({ length: 300 }, (_, id) => ({ id, name: `player ${id}` })) };
  expect(treeMatches(state, 'PLAYER 299').map(({ pointer }) => pointer)).toEqual(['/players/299/name']);
  expect(treeMatches(state, 'players').map(({ pointer }) => pointer)).toEqual(['/players']);
});

test('a state nested as deep as it likes is searched', () => {
  let state: Json = 'needle';
  for (let depth = 0; depth < 20_000; depth++) state = [state];
  expect(treeMatches(state, 'needle')).toHaveLength(1);
});

test('a long text is cut and says how long it is', () => {
  expect(leafText('x'.repeat(10_000))).toMatch(/…" \(10,000 characters\)$/);
});

test('names with slashes and tildes are pointers of their own', () => {
  const [, row] = treeRows({ 'a/b~c': 1 }, none);
  expect(row?.pointer).toBe('/a~1b~0c');
  expect(parentOf('/a~1b~0c')).toBe('');
  expect(parentOf('')).toBeUndefined();
});
