import { expect, test } from 'vitest';
import { stateTree } from '../../../src/cli/state-tree.ts';

test('a state is a tree in which short branches stand on one line', () => {
  const hand = Array.from({ length: 12 }, (_, index) => `${index} of hearts`);
  expect(stateTree({ round: 2, trump: null, players: [{ id: 'ada', hand }], deck: [] })).toEqual([
    '  round: 2',
    '  trump: null',
    '  players',
    '    - 0',
    '      id: "ada"',
    '      hand',
    ...hand.map((card, index) => `        - ${index}: "${card}"`),
    '  deck: []',
  ]);
  expect(stateTree('over')).toEqual(['  "over"']);
});

test('a long one is cut, and says how much is left out', () => {
  const lines = stateTree(Array.from({ length: 1000 }, (_, index) => index));
  expect(lines).toHaveLength(301);
  expect(lines.at(-1)).toBe('  … and 700 more lines, see --json');
});
