import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globOf } from '../../../src/game/id-glob.ts';

test.each([
  ['room-*', 'room-7', true],
  ['room-*', 'a room-7', false],
  ['*-7', 'room-7', true],
  ['room-?', 'room-7', true],
  ['room-?', 'room-77', false],
  ['*', '', true],
  ['?', '', false],
  ['a.c', 'abc', false],
  ['?', '\u{1f600}', true],
])('%s takes %s: %s', (pattern, id, taken) => {
  expect(globOf(pattern)(id)).toBe(taken);
});

test('takes what a regular expression of the same meaning takes', () => {
  const text = (alphabet: string[]) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 8 });
  fc.assert(
    fc.property(text(['a', 'b', '*', '?']), text(['a', 'b', '*']), (pattern, id) => {
      const meant = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
      expect(globOf(pattern)(id)).toBe(meant.test(id));
    }),
    { numRuns: 2000 },
  );
});

test('answers at once, however many stars there are', () => {
  expect(globOf(`${'*'.repeat(40)}b`)('a'.repeat(500))).toBe(false);
  expect(globOf(`${'*a'.repeat(40)}b`)('a'.repeat(500))).toBe(false);
});
