import fc from 'fast-check';
import { applyPatch, type Operation } from 'rfc6902';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../../src/base/digest.ts';
import { asFault } from '../../../src/base/fault.ts';
import { changeBy, changeTo, patched, wholePatch, wholeState } from '../../../src/engine/patch.ts';
import type { Json } from '../../../src/game/game.ts';
import type { PatchOperation } from '../../../src/game/record.ts';

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

describe('a patch that somebody else made', () => {
  const keys = fc.constantFrom('a', 'b', '0', '1', '~', '/', '');
  // Without texts: to the library their characters are places too.
  const small = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Json>(null, 0, 1, true),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(keys, tie('json'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).json;
  const pointers = fc
    .array(fc.oneof(keys, fc.constantFrom('2', '-', '01')), { maxLength: 3 })
    .map((tokens) => tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
  const operation = fc.record({
    op: fc.constantFrom<PatchOperation['op']>('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path: pointers,
    from: pointers,
    value: small,
  });

  /** What the library rfc6902 makes of it; it cannot work on the root, and takes 01 for 1 and - for a place. */
  function asTheLibrary(state: Json, patch: readonly PatchOperation[]): Json | undefined {
    const box = { state: structuredClone(state) };
    const boxed = patch.map((by) => ({ ...by, path: `/state${by.path}`, from: `/state${by.from}` }));
    try {
      // It would go on after one that does not apply, and place the very same objects twice.
      const problems = boxed.flatMap((by) => applyPatch(box, [structuredClone(by) as Operation]));
      return problems.some(Boolean) ? undefined : box.state;
    } catch {
      return undefined;
    }
  }
  const outcome = (work: () => string): string | Error => {
    try {
      return work();
    } catch (thrown) {
      return asFault(thrown);
    }
  };
  const isOdd = ({ path, from = '' }: PatchOperation) => /\/(01|-)(\/|$)/.test(path + from);
  const intoItself = ({ op, path, from = '' }: PatchOperation) =>
    op === 'move' && `${path}/`.startsWith(`${from}/`);
  const usual = operation.filter((by) => by.path !== '' && by.from !== '' && !isOdd(by) && !intoItself(by));

  test('leads where the library rfc6902 leads, or is refused as there', () => {
    fc.assert(
      fc.property(small, fc.array(usual, { minLength: 1, maxLength: 5 }), (state, patch) => {
        const theirs = asTheLibrary(state, patch);
        const ours = outcome(() => canonicalJson(patched(state, patch)));
        if (theirs === undefined) expect(ours).toBeInstanceOf(Error);
        // To the library any word is a place in an array.
        else if (ours instanceof Error) expect(ours.message).toMatch(/is no place in an array/);
        else expect(ours).toBe(canonicalJson(theirs));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [{ op: 'add', path: '/hand/01', value: 1 }],
    [{ op: 'add', path: '/hand/3', value: 1 }],
    [{ op: 'remove', path: '/hand/-' }],
    [{ op: 'replace', path: '/none', value: 1 }],
    [{ op: 'move', from: '/hand', path: '/hand/0' }],
    [{ op: 'copy', path: '/b' }],
    [{ op: 'add', path: '/name/0', value: 1 }],
    [{ op: 'remove', path: '/toString' }],
  ] satisfies [PatchOperation][])('is refused: %j', (by) => {
    expect(() => patched({ hand: [1, 2], name: 'Ada' }, [by])).toThrow(/^The patch does not apply: /);
  });
});

test('what a patch has copied does not change with where it came from', () => {
  const { state } = changeBy({ hand: [{ played: false }], table: [] }, [
    { op: 'replace', path: '/hand/0/played', value: true },
    { op: 'copy', from: '/hand/0', path: '/table/0' },
    { op: 'replace', path: '/hand/0/played', value: false },
  ]);
  expect(state).toEqual({ hand: [{ played: false }], table: [{ played: true }] });
});

test('a patch may move and copy within the state', () => {
  const { state } = changeBy({ hand: [1, 2], table: [] }, [
    { op: 'move', from: '/hand/0', path: '/table/-' },
    { op: 'copy', from: '/hand/0', path: '/table/-' },
  ]);
  expect(state).toEqual({ hand: [2], table: [1, 2] });
});
