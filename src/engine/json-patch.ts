/**
 * RFC 6902 between settled states (state.ts). Ours, because a library would change what it is given: here only what
 * lies on the way to a change is copied, and what two states share is told by identity. rfc6902, which was here before,
 * took half of the time of a transition.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../game/game.ts';
import type { PatchOperation } from '../game/record.ts';

type JsonRecord = { readonly [key: string]: Json };
type Change = (container: Json, token: string) => Json;

/** The state after one operation; `state` stays as it is. @throws Error that says why it does not apply */
export function applied(state: Json, operation: PatchOperation): Json {
  const way = tokensOf(operation.path);
  switch (operation.op) {
    case 'add':
      return way.length === 0 ? givenValue(operation) : updated(state, way, adding(givenValue(operation)));
    case 'replace':
      return way.length === 0 ? givenValue(operation) : updated(state, way, replacing(givenValue(operation)));
    case 'remove':
      return updated(state, way, removing);
    case 'copy':
      return added(state, way, found(state, fromOf(operation)));
    case 'move': {
      const from = fromOf(operation);
      return added(updated(state, from, removing), way, found(state, from));
    }
    case 'test': {
      if (isEqual(found(state, way), givenValue(operation))) return state;
      throw new Error(`"${operation.path}" is not what is tested for`);
    }
  }
}

const added = (state: Json, way: readonly string[], value: Json): Json =>
  way.length === 0 ? value : updated(state, way, adding(value));

function updated(node: Json, way: readonly string[], change: Change): Json {
  const [token, ...rest] = way;
  if (token === undefined) throw new Error('the whole state cannot be removed');
  if (rest.length === 0) return change(node, token);
  return replacing(updated(childOf(node, token), rest, change))(node, token);
}

const adding =
  (value: Json): Change =>
  (node, token) => {
    if (!isArray(node)) return withField(node, token, value);
    const index = token === '-' ? node.length : indexOf(node, token, node.length);
    return node.toSpliced(index, 0, value);
  };

const replacing =
  (value: Json): Change =>
  (node, token) => {
    childOf(node, token);
    return isArray(node) ? node.with(Number(token), value) : withField(node, token, value);
  };

const removing: Change = (node, token) => {
  childOf(node, token);
  if (isArray(node)) return node.toSpliced(Number(token), 1);
  // By fields, since to assign to `__proto__` would not make one.
  return Object.fromEntries(Object.entries(node as JsonRecord).filter(([key]) => key !== token));
};

function withField(node: Json, key: string, value: Json): Json {
  if (!isRecord(node)) throw new Error(`"${key}" is within something that has no fields`);
  if (key === '__proto__') return Object.fromEntries([...Object.entries(node), [key, value]]);
  return { ...node, [key]: value };
}

const found = (state: Json, way: readonly string[]): Json => way.reduce(childOf, state);

function childOf(node: Json, token: string): Json {
  const child = isArray(node)
    ? node[indexOf(node, token, node.length - 1)]
    : isRecord(node) && Object.hasOwn(node, token)
      ? node[token]
      : undefined;
  if (child === undefined) throw new Error(`there is no "${token}"`);
  return child;
}

function indexOf(array: readonly Json[], token: string, highest: number): number {
  const index = /^(0|[1-9]\d{0,9})$/.test(token) ? Number(token) : Number.NaN;
  if (index <= highest) return index;
  throw new Error(`"${token}" is no place in an array of ${array.length}`);
}

function givenValue({ op, path, value }: PatchOperation): Json {
  if (value === undefined) throw new Error(`${op} of "${path}" has no value`);
  return value;
}

function fromOf({ op, path, from }: PatchOperation): readonly string[] {
  if (from === undefined) throw new Error(`${op} to "${path}" does not say from where`);
  if (op === 'move' && path.startsWith(`${from}/`)) throw new Error(`"${from}" cannot be moved into itself`);
  return tokensOf(from);
}

function tokensOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  const [first, ...tokens] = pointer.split('/');
  if (first !== '') throw new Error(`"${pointer}" is no JSON pointer`);
  return pointer.includes('~') ? tokens.map(unescaped) : tokens;
}

const unescaped = (token: string) => token.replaceAll('~1', '/').replaceAll('~0', '~');
const escaped = (key: string) => (/[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key);

/** What leads from one state to the other; empty when they are equal. */
export function difference(from: Json, to: Json): readonly PatchOperation[] {
  const operations: PatchOperation[] = [];
  collect(from, to, '', operations);
  return operations;
}

function collect(from: Json, to: Json, path: string, operations: PatchOperation[]): void {
  if (from === to) return;
  if (isArray(from) && isArray(to)) collectItems(from, to, path, operations);
  else if (isRecord(from) && isRecord(to)) collectFields(from, to, path, operations);
  else operations.push({ op: 'replace', path, value: to });
}

function collectFields(from: JsonRecord, to: JsonRecord, path: string, operations: PatchOperation[]): void {
  for (const key of Object.keys(from)) {
    if (!Object.hasOwn(to, key)) operations.push({ op: 'remove', path: `${path}/${escaped(key)}` });
  }
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (before === undefined) operations.push({ op: 'add', path: `${path}/${escaped(key)}`, value });
    else if (before !== value) collect(before, value, `${path}/${escaped(key)}`, operations);
  }
}

/** Elements equal at both ends are left alone, those between are compared one to one, and the rest goes or comes. */
function collectItems(
  from: readonly Json[],
  to: readonly Json[],
  path: string,
  operations: PatchOperation[],
): void {
  const start = equalAtStart(from, to);
  const atEnd = equalAtEnd(from, to, start);
  const [fromEnd, toEnd] = [from.length - atEnd, to.length - atEnd];
  const shared = Math.min(fromEnd, toEnd);
  for (let index = start; index < shared; index++) {
    collect(from[index] ?? null, to[index] ?? null, `${path}/${index}`, operations);
  }
  for (let index = fromEnd - 1; index >= shared; index--) {
    operations.push({ op: 'remove', path: `${path}/${index}` });
  }
  for (let index = shared; index < toEnd; index++) {
    operations.push({ op: 'add', path: `${path}/${index}`, value: to[index] ?? null });
  }
}

function equalAtStart(from: readonly Json[], to: readonly Json[]): number {
  const most = Math.min(from.length, to.length);
  let count = 0;
  while (count < most && isEqual(from[count], to[count])) count++;
  return count;
}

function equalAtEnd(from: readonly Json[], to: readonly Json[], start: number): number {
  const most = Math.min(from.length, to.length) - start;
  let count = 0;
  while (count < most && isEqual(from[from.length - 1 - count], to[to.length - 1 - count])) count++;
  return count;
}

/** Elements that moved within an array are equal, but not shared. */
const isEqual = (one: Json | undefined, other: Json | undefined): boolean =>
  one === other || (isContainer(one) && isContainer(other) && isDeepStrictEqual(one, other));

const isContainer = (value: Json | undefined): boolean => typeof value === 'object' && value !== null;
const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
const isRecord = (value: Json): value is JsonRecord => isContainer(value) && !isArray(value);
