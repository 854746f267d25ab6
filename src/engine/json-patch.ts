/**
 * RFC 6902 between settled states (state.ts). Ours, because a library would change what it is given: here only what
 * lies on the way to a change is copied, and what two states share is told by identity. rfc6902, which was here before,
 * took half of the time of a transition.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../game/game.ts';
import type { PatchOperation } from '../game/record.ts';

type JsonRecord = { readonly [key: string]: Json };
type Container = Json[] | { [key: string]: Json };
/** Changes a container that nobody else has. */
type Change = (container: Container, token: string) => void;
/** The containers that were made on the way: nobody else has them, so the next operation need not copy them again. */
type Made = Set<Json>;

/** The state after all operations; `state` stays as it is. @throws Error that says why one does not apply */
export function patchedBy(state: Json, operations: readonly PatchOperation[]): Json {
  const made: Made = new Set();
  let patched = state;
  for (const operation of operations) patched = applied(patched, operation, made);
  return patched;
}

function applied(state: Json, operation: PatchOperation, made: Made): Json {
  const way = tokensOf(operation.path);
  switch (operation.op) {
    case 'add':
      return added(state, way, givenValue(operation), made);
    case 'replace': {
      const value = givenValue(operation);
      return way.length === 0 ? value : updated(state, way, 0, replacing(value), made);
    }
    case 'remove':
      return updated(state, way, 0, removing, made);
    case 'copy': {
      const value = found(state, fromOf(operation));
      // From now on two places have it.
      made.clear();
      return added(state, way, value, made);
    }
    case 'move': {
      const from = fromOf(operation);
      const value = found(state, from);
      return added(updated(state, from, 0, removing, made), way, value, made);
    }
    case 'test': {
      if (isEqual(found(state, way), givenValue(operation))) return state;
      throw new Error(`"${operation.path}" is not what is tested for`);
    }
  }
}

const added = (state: Json, way: readonly string[], value: Json, made: Made): Json =>
  way.length === 0 ? value : updated(state, way, 0, adding(value), made);

function updated(node: Json, way: readonly string[], depth: number, change: Change, made: Made): Json {
  const token = way[depth];
  if (token === undefined) throw new Error('the whole state cannot be removed');
  const isLast = depth === way.length - 1;
  const child = isLast ? undefined : updated(childOf(node, token), way, depth + 1, change, made);
  const own = ownCopy(node, token, made);
  if (child === undefined) change(own, token);
  else put(own, token, child);
  return own;
}

function ownCopy(node: Json, token: string, made: Made): Container {
  // Whatever is in `made` is a container that was made here, to be changed.
  if (made.has(node)) return node as Container;
  if (!isArray(node) && !isRecord(node)) throw new Error(`"${token}" is within something that has no fields`);
  const copy: Container = isArray(node) ? node.slice() : { ...node };
  made.add(copy);
  return copy;
}

const adding =
  (value: Json): Change =>
  (container, token) => {
    if (!Array.isArray(container)) return put(container, token, value);
    const index = token === '-' ? container.length : indexOf(container, token, container.length);
    container.splice(index, 0, value);
  };

const replacing =
  (value: Json): Change =>
  (container, token) => {
    childOf(container, token);
    put(container, token, value);
  };

const removing: Change = (container, token) => {
  childOf(container, token);
  if (Array.isArray(container)) container.splice(Number(token), 1);
  else delete container[token];
};

function put(container: Container, token: string, value: Json): void {
  if (Array.isArray(container)) container[Number(token)] = value;
  else if (token !== '__proto__') container[token] = value;
  // To assign to it would not make a field.
  else Object.defineProperty(container, token, { ...ownField, value });
}

const ownField = { configurable: true, enumerable: true, writable: true };

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
  // What is equal at one index is shared.
  while (count < most && from[count] === to[count]) count++;
  return count;
}

function equalAtEnd(from: readonly Json[], to: readonly Json[], start: number): number {
  const most = Math.min(from.length, to.length) - start;
  const equal = from.length === to.length ? Object.is : isEqual;
  let count = 0;
  while (count < most && equal(from[from.length - 1 - count], to[to.length - 1 - count])) count++;
  return count;
}

/** Elements that moved within an array are equal, but not shared. */
const isEqual = (one: Json | undefined, other: Json | undefined): boolean =>
  one === other || (isContainer(one) && isContainer(other) && isDeepStrictEqual(one, other));

const isContainer = (value: Json | undefined): boolean => typeof value === 'object' && value !== null;
const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
const isRecord = (value: Json): value is JsonRecord => isContainer(value) && !isArray(value);
