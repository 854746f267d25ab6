import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffStates, type FieldChange } from '../../../src/game/field-diff.ts';
import type { Json } from '../../../src/game/game.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value): Json => JSON.parse(JSON.stringify(value)));

/** Written for this test, so that it does not agree with the diff by sharing its mistakes. */
function applied(state: Json, changes: readonly FieldChange[]): Json {
  const box: { root: Json } = { root: structuredClone(state) };
  for (const { pointer, to } of changes) {
    const steps = ['root', ...pointer.split('/').slice(1)].map((step) =>
      step.replaceAll('~1', '/').replaceAll('~0', '~'),
    );
    const last = steps.pop() ?? '';
    // biome-ignore lint/suspicious/noExplicitAny: any JSON, changed in place
    let at: any = box;
    for (const step of steps) at = at[step];
    if (Array.isArray(at))
      at.splice(Number(last), isAdded(pointer, changes) ? 0 : 1, ...(to === undefined ? [] : [to]));
    else if (to === undefined) delete at[last];
    else Object.defineProperty(at, last, { value: to, enumerable: true, writable: true, configurable: true });
  }
  return box.root;
}

const isAdded = (pointer: string, changes: readonly FieldChange[]) =>
  changes.some((change) => change.pointer === pointer && change.from === undefined);

describe('the difference of two states', () => {
  test('turns the one into the other', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        expect(applied(from, diffStates(from, to))).toEqual(to);
      }),
    );
  });

  test('names what was there, and is empty only for equal states', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const changes = diffStates(from, to);
        expect(changes.length === 0).toBe(JSON.stringify(sorted(from)) === JSON.stringify(sorted(to)));
        for (const change of changes) expect(change.from).not.toEqual(change.to);
      }),
    );
  });

  test('leaves alone what is equal at both ends of a list', () => {
    expect(diffStates({ log: ['a', 'b', 'c', 'd'] }, { log: ['a', 'c', 'd'] })).toEqual([
      { pointer: '/log/1', from: 'b' },
    ]);
    expect(diffStates({ hands: [[1, 2], [3]] }, { hands: [[1], [3, 4]] })).toEqual([
      { pointer: '/hands/0/1', from: 2 },
      { pointer: '/hands/1/1', to: 4 },
    ]);
  });

  test('escapes keys as JSON pointers do', () => {
    expect(diffStates({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual([{ pointer: '/a~1b~0c', from: 1, to: 2 }]);
  });
});

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
