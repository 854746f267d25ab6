import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/base/digest.ts';
import { canonicalText, settle } from '../../../src/engine/state.ts';
import type { Json } from '../../../src/game/game.ts';

const anyJson: fc.Arbitrary<Json> = fc.json().map((text) => JSON.parse(text));
const copyOf = (value: unknown): Json => JSON.parse(JSON.stringify(value));

describe('a settled state', () => {
  test('is what JSON makes of it, and its text is canonical', () => {
    const anything = fc.anything({
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
      maxDepth: 4,
    });
    const writable = anything.filter((value) => JSON.stringify(value) !== undefined);
    fc.assert(
      fc.property(writable, (value) => {
        const state = settle(value);
        expect(canonicalText(state)).toBe(canonicalJson(copyOf(value)));
      }),
    );
  });

  test('is the state before where the two are equal, whatever the order of their keys', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const before = settle(value);
        expect(settle(copyOf(value), before)).toBe(before);
        expect(settle(JSON.parse(canonicalJson(value)), before)).toBe(before);
      }),
    );
  });

  test('is right whatever was there before', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (value, other) => {
        expect(canonicalText(settle(value, settle(other)))).toBe(canonicalJson(value));
        expect(canonicalText(settle(value, other))).toBe(canonicalJson(value));
      }),
    );
  });

  test('shares what did not change', () => {
    const before = settle({ hands: [{ card: 1 }, { card: 2 }], log: [1, 2] }) as Record<string, Json[]>;
    const after = settle({ hands: [{ card: 1 }, { card: 3 }], log: [1, 2] }, before) as Record<
      string,
      Json[]
    >;
    expect(after.log).toBe(before.log);
    expect(after.hands?.[0]).toBe(before.hands?.[0]);
    expect(after.hands?.[1]).toEqual({ card: 3 });
  });

  test('does not follow what the caller does to its own objects afterwards', () => {
    const mine = Object.freeze({ hand: [1] });
    const state = settle(mine);
    mine.hand.push(2);
    expect(state).toEqual({ hand: [1] });
    expect(settle(mine, mine)).toEqual({ hand: [1, 2] });
    expect(() => (state as { hand: number[] }).hand.push(2)).toThrow(TypeError);
  });

  test.each([
    ['a number that JSON cannot write', 1n],
    ['one inside', { a: [1n] }],
    ['nothing', undefined],
    ['code', () => 1],
  ])('cannot be made of %s', (_, value) => {
    expect(() => settle(value)).toThrow(expect.objectContaining({ code: 'game-invalid' }));
  });

  test('cannot be made of something that holds itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => settle(loop)).toThrow(expect.objectContaining({ code: 'game-invalid' }));
  });
});
