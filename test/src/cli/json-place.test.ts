import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../../src/cli/json-place.ts';

test('JSON is read, null too', () => {
  expect(readJson('null')).toEqual({ kind: 'json', json: null });
  expect(readJson('{"a":[1]}\n')).toEqual({ kind: 'json', json: { a: [1] } });
});

test.each([
  ['{\n  "a": 1,\n  oops\n}', 3, 3],
  ['{\n  "a": 1,\n  "b": oops\n}', 3, 8],
  ['{\n  "a": [1, 2\n', 3, 1],
  ['[1,\n]', 2, 1],
  ['', 1, 1],
])('what is wrong with %j has its place', (text, line, column) => {
  expect(readJson(text)).toMatchObject({
    kind: 'wrong',
    what: expect.stringMatching(new RegExp(`\\(line ${line} column ${column}\\)$`)),
  });
});

test.each([
  ['{"a":9007199254740993}', 'the number 9007199254740993 would lose digits; write it as a text, in quotes'],
  [`${'['.repeat(300)}${']'.repeat(300)}`, 'it is nested more than 200 levels deep'],
])('what would not be written as it is typed is wrong: %j', (text, what) => {
  expect(readJson(text)).toEqual({ kind: 'wrong', what });
});

test('the place of one wrong character is that character, wherever it is', () => {
  fc.assert(
    // Texts hold no mark that a value could start after: within a text one more character is not wrong.
    fc.property(fc.jsonValue({ stringUnit: fc.constantFrom('a', 'é', ' ') }), fc.nat(), (value, seed) => {
      const text = JSON.stringify({ value }, undefined, 2);
      const starts = [...text.matchAll(/(?<=[[:,{]\s*)(?=["[{\dtfn-])/g)].map(({ index }) => index);
      const at = starts[seed % starts.length] ?? 0;
      const before = text.slice(0, at).split('\n');
      expect(readJson(`${text.slice(0, at)}§${text.slice(at)}`)).toMatchObject({
        what: expect.stringContaining(`(line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`),
      });
    }),
  );
});
