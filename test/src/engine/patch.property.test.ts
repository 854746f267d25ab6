import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../../src/base/digest.ts';
import { changeBy, changeTo, patched, wholePatch, wholeState } from '../../../src/engine/patch.ts';
import type { Json } from '../../../src/game/game.ts';

const anyJson: fc.Arbitrary<Json> = fc.json().map((text) => JSON.parse(JSON.stringify(JSON.parse(text))));

test('the patch between any two states leads from one to the other and leaves the first as it was', () => {
  fc.assert(
    fc.property(anyJson, anyJson, (from, to) => {
      const before = canonicalJson(from);
      const { patch, state, hash } = changeTo(from, to);
      expect(canonicalJson(patched(from, patch))).toBe(canonicalJson(to));
      expect(canonicalJson(state)).toBe(canonicalJson(to));
      expect(hash).toBe(digestOf(to));
      expect(canonicalJson(from)).toBe(before);
    }),
  );
});

test.each(['__proto__', 'constructor', 'prototype', '', '/', '~', '~1', '-', '0'])(
  'a key called "%s" survives',
  (key) => {
    const from: Json = JSON.parse('{"deep":{}}');
    const to: Json = JSON.parse(`{"deep":{"${key}":{"a":1}}}`);
    const { patch } = changeTo(from, to);
    expect(canonicalJson(patched(from, patch))).toBe(canonicalJson(to));
  },
);

describe('arrays', () => {
  const log = (length: number): Json => Array.from({ length }, (_, index) => ({ turn: index }));

  test('that grow cost one operation an element', () => {
    const { patch } = changeTo({ log: log(5000) }, { log: log(5002) });
    expect(patch).toEqual([
      { op: 'add', path: '/log/5000', value: { turn: 5000 } },
      { op: 'add', path: '/log/5001', value: { turn: 5001 } },
    ]);
  });

  test('that shrink lose their tail, and changes inside are small', () => {
    const { patch } = changeTo(
      { log: log(102) },
      { log: [{ turn: 9 }, ...Array.from(log(100) as Json[]).slice(1)] },
    );
    expect(patch).toEqual([
      { op: 'replace', path: '/log/0/turn', value: 9 },
      { op: 'remove', path: '/log/101' },
      { op: 'remove', path: '/log/100' },
    ]);
  });
});

test('a card that leaves a hand is one operation', () => {
  const cards = [{ rank: 'horse' }, { rank: 'cannon' }, { rank: 'soldier' }];
  const { patch } = changeTo({ hand: cards }, { hand: cards.toSpliced(1, 1) });
  expect(patch).toEqual([{ op: 'remove', path: '/hand/1' }]);
});

test('a whole patch is known as one, also of a state that is null', () => {
  expect(wholeState(wholePatch({ a: 1 }, true))).toEqual({ a: 1 });
  expect(wholeState(wholePatch(null, false))).toBeNull();
  expect(wholeState([{ op: 'replace', path: '/a', value: 1 }])).toBeUndefined();
  expect(wholeState([])).toBeUndefined();
});

test.each([
  ['removes everything', [{ op: 'remove', path: '' }]],
  ['lacks a value', [{ op: 'add', path: '/a' }]],
  ['loses its value in JSON', [{ op: 'add', path: '/a', value: undefined }]],
  ['tests for something else', [{ op: 'test', path: '/a', value: 2 }]],
  ['starts in the middle', [{ op: 'add', path: 'a', value: 2 }]],
] as const)('a patch that %s is refused', (_what, patch) => {
  // @ts-expect-error a caller without types
  expect(() => changeBy({ a: 1 }, patch)).toThrow(expect.objectContaining({ code: 'game-invalid' }));
});

test('a patch may move and copy within the state', () => {
  const { state } = changeBy({ hand: [1, 2], table: [] }, [
    { op: 'move', from: '/hand/0', path: '/table/-' },
    { op: 'copy', from: '/hand/0', path: '/table/-' },
  ]);
  expect(state).toEqual({ hand: [2], table: [1, 2] });
});
