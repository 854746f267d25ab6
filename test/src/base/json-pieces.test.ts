import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../../src/base/digest.ts';
import { jsonFile, jsonPieces } from '../../../src/base/json-pieces.ts';

const compact = {
  text: (value: unknown) => JSON.stringify(value),
  entries: Object.entries,
  indent: 0,
  end: '',
} as const;

/** Plain data, some of whose lists are longer than what is made into text at once. */
const plainData = fc
  .tuple(fc.jsonValue(), fc.jsonValue(), fc.constantFrom(0, 1, 499, 500, 501, 1500), fc.string())
  .map(([one, other, length, text]) => {
    const many = Array.from({ length }, (_, index) => (index % 3 === 0 ? { index, one } : other));
    return { one, gone: undefined, many, inner: { many: { [text]: many }, list: [many], text: `${text}\n` } };
  });

test('the pieces of a text are together that text', () => {
  fc.assert(
    fc.property(fc.oneof(plainData, fc.jsonValue()), (value) => {
      expect([...jsonPieces(value, compact)].join('')).toBe(JSON.stringify(value));
      expect([...jsonFile(value)].join('')).toBe(`${JSON.stringify(value, undefined, 2)}\n`);
      const canonical = createHash('sha256').update(canonicalJson(value)).digest('hex');
      expect(digestOf(value)).toBe(canonical);
    }),
    { numRuns: 200 },
  );
});

test('no piece holds much of what is long', () => {
  const pieces = [
    ...jsonFile({ games: Array.from({ length: 100_000 }, (_, index) => ({ id: `game-${index}` })) }),
  ];
  expect(pieces.length).toBeGreaterThan(20);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
});
