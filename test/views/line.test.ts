import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cellsOf,
  cellsOfLine,
  cut,
  cutLine,
  cutMiddle,
  endsOf,
  packed,
  padTo,
  piece,
  wrap,
  wrapIn,
} from '../../views/line.ts';

test('text is padded and cut by cells, not by characters', () => {
  expect(padTo('漢字', 6)).toBe('漢字  ');
  expect(padTo('漢字漢字', 6)).toBe('漢字… ');
  expect(padTo('7', 3, 'right')).toBe('  7');
});

test('what is unsafe is measured as it will be shown', () => {
  expect(cut('\u001b[2J', 20)).toBe('\\u{1b}[2J');
  expect(cellsOf('\u0007')).toBe(5);
});

test('padded text has exactly its cells, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, cells) => {
      expect(cellsOf(padTo(text, cells))).toBe(cells);
    }),
  );
});

test('a text that is cut in its middle keeps both ends', () => {
  expect(cutMiddle('sandbox-2026-before-restore', 15)).toBe('sandbox…restore');
  expect(cutMiddle('short', 15)).toBe('short');
});

test('a text that is cut in its middle fits, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, cells) => {
      expect(cellsOf(cutMiddle(text, cells))).toBeLessThanOrEqual(cells);
    }),
  );
});

test('text in so many rows takes them all, and says where it goes on', () => {
  expect(wrapIn(3, 'one two', 4, '…')).toEqual(['one', 'two', '']);
  expect(wrapIn(2, 'one two three four', 7, '…')).toEqual(['one two', 'three …']);
  expect(wrapIn(2, 'one two three', 7, '…')).toEqual(['one two', 'three']);
});

test('a line that is cut keeps its first pieces', () => {
  expect(cutLine([piece('abc'), piece('defg'), piece('h')], 5)).toEqual([piece('abc'), piece('d…')]);
});

test('the right end of a row stays, the left gives way', () => {
  const line = endsOf([piece('a long beginning')], [piece('end')], 10);
  expect(line.map(({ text }) => text).join('')).toBe('a lon… end');
  expect(cellsOfLine(line)).toBe(10);
});

test('wrapped lines fit and lose no word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,12}$/)),
      fc.integer({ min: 12, max: 40 }),
      (words, cells) => {
        const lines = wrap(words.join(' '), cells);
        expect(lines.every((line) => cellsOf(line) <= cells)).toBe(true);
        expect(lines.join(' ').trim()).toBe(words.join(' '));
      },
    ),
  );
});

test('a word longer than the line is broken', () => {
  expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
});

test('packed items are never broken in two', () => {
  const items = ['TURN 210', 'SCORING 3', 'PREPARATION 1'].map((text) => piece(text));
  const lines = packed(items, 20).map((line) => line.map(({ text }) => text).join(''));
  expect(lines).toEqual(['TURN 210  SCORING 3', 'PREPARATION 1']);
});
