import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../../src/game/typed-json.ts';

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
    why: expect.stringMatching(new RegExp(`^is not JSON: .*\\(line ${line} column ${column}\\)$`)),
  });
});

test.each([
  [
    '{"a":9007199254740993}',
    'has the number 9007199254740993, which would lose digits: write it as a text, in quotes',
  ],
  [`${'['.repeat(300)}${']'.repeat(300)}`, 'is nested more than 200 levels deep'],
])('what would not be written as it is typed is wrong: %j', (text, why) => {
  expect(readJson(text)).toEqual({ kind: 'wrong', why });
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
        why: expect.stringContaining(`(line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`),
      });
    }),
  );
});

test.each([
  ['{\n  "turn": 3,\n  "turn": 4\n}', '"turn"', 3, 3],
  ['{"a": {"b": 1}, "b": 2, "c": [{"b": 3}, {"b": 4, "\\u0062": 5}]}', '"b"', 1, 50],
  ['{"a:{": "{\\"a:{\\": 1", "a:{": 2}', '"a:{"', 1, 24],
  ['{"__proto__": 1,\n"__proto__": 2}', '"__proto__"', 2, 1],
])('a key that stands twice in one object is refused with its place: %s', (text, key, line, column) => {
  const why = `has ${key} twice in one object (line ${line} column ${column}): keep one`;
  expect(readJson(text)).toEqual({ kind: 'wrong', why });
});

test('a key may stand in every object once', () => {
  const text = '{"a":{"a":[{"a":"a"},{"a":1}]},"b":"{\\"a\\":1,\\"a\\":2}"}';
  expect(readJson(text)).toEqual({ kind: 'json', json: JSON.parse(text) });
});

test.each([
  ['<html>502 Bad Gateway</html>', 1, 1],
  ['$ gamekeeper games show a --json\n{"turn": 3}', 1, 1],
  ['{"turn": 3}\n{"turn": 4}', 2, 1],
  ['{"turn": 3,\n "players": [', 2, 14],
  ["{'turn': 3}", 1, 2],
  ['\u001b[31m{"turn": 3}\u001b[0m', 1, 1],
  ['\ufeff\u0000\u0000', 1, 1],
])('what was pasted by mistake is refused with its place: %j', (text, line, column) => {
  expect(readJson(text)).toMatchObject({
    kind: 'wrong',
    why: expect.stringMatching(new RegExp(`^is not JSON: .*\\(line ${line} column ${column}\\)$`, 's')),
  });
});

test('whatever is pasted, it is read as JSON reads it or refused with a reason', () => {
  const pasted = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'{}[]":,\\ 019-eatrue\n\u0000') }),
    fc.json(),
  );
  fc.assert(
    fc.property(pasted, (text) => {
      const read = readJson(text);
      if (read.kind === 'json') expect(read.json).toEqual(JSON.parse(text));
      else expect(read.why).toMatch(/^(is|has) /);
    }),
  );
});
