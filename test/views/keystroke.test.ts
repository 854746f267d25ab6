import type { Key } from 'ink';
import { expect, test } from 'vitest';
import { keystrokesOf } from '../../views/keystroke.ts';

// Ink's Key names many flags that are all off.
const key = (on: Partial<Key> = {}) => on as Key;
const names = (input: string, on?: Partial<Key>) => keystrokesOf(input, key(on)).map(({ name }) => name);

test('several characters in one piece are several keys', () => {
  expect(names('ab\r')).toEqual(['a', 'b', 'enter']);
});

test.each<[string, Partial<Key>, readonly string[]]>([
  ['q', { meta: true }, ['esc', 'q']],
  ['', { meta: true, return: true }, ['esc', 'enter']],
  ['', { meta: true, escape: true }, ['esc', 'esc']],
  ['c', { meta: true, ctrl: true }, ['esc', 'ctrl-c']],
])('"%s" with %o is Esc and then that key', (input, on, expected) => {
  expect(names(input, on)).toEqual(expected);
});

test('Alt does not turn moving and deleting into leaving', () => {
  expect(names('', { meta: true, leftArrow: true })).toEqual(['left']);
  expect(names('', { meta: true, backspace: true })).toEqual(['backspace']);
});
