import { expect, test } from 'vitest';
import { noSuchGame } from '../../../src/cli/game-key.ts';
import { rowsTable } from '../../../src/cli/games-text.ts';
import { gameLabel } from '../../../src/game/record-words.ts';

const empty = { id: '', layout: 'legacy', problems: [] } as const;

test('an id that is empty is no blank', () => {
  expect(gameLabel(empty)).toBe('(empty) (legacy)');
  expect(gameLabel({ ...empty, layout: 'current' })).toBe('(empty)');
  expect(gameLabel({ id: ' ', layout: 'current' })).toBe(' ');
});

test('an id that is empty is seen in the list', () => {
  expect(rowsTable([empty], 0)[1]).toMatch(/^\(empty\) \(legacy\) /);
});

test('whoever asks for what a list shows of it is told how to', () => {
  expect(noSuchGame({ id: '' }, 'here')).toMatchObject({ message: 'There is no game (empty) in here' });
  expect(noSuchGame({ id: '(empty)' }, 'here').next).toContain("give '' for it");
});
