/**
 * RFC 6902 on whole states. rfc6902 cannot replace the root, skips keys like `__proto__`, changes what it is applied to,
 * and compares arrays in quadratic time, again at each level of nesting (2.8 ms for four hands of cards); here the root
 * works, only what lies on the way to a change is copied, arrays are compared in linear time, and every derived patch
 * is proved.
 */
import { isDeepStrictEqual } from 'node:util';
import { applyPatch, createPatch, type Operation, Pointer } from 'rfc6902';
import { Fault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';
import type { PatchOperation } from '../game/record.ts';
import { canonicalText, hashOf, settle } from './state.ts';

/** A settled state with the patch that made it, and its hash. */
export interface Changed {
  readonly state: Json;
  readonly hash: string;
  readonly patch: readonly PatchOperation[];
}

/** A hundred times the largest state seen. Held also in memory, or a game could outgrow what storage takes. */
const maxStateLength = 1 << 20;

/** The patch of an event that holds the whole state, so that a replay can begin there. */
export function wholePatch(state: Json, creates: boolean): readonly PatchOperation[] {
  return [{ op: creates ? 'add' : 'replace', path: '', value: state }];
}

/** The state of an event with a whole patch, else undefined. */
export function wholeState(patch: readonly PatchOperation[]): Json | undefined {
  const [only, ...rest] = patch;
  return only && rest.length === 0 && isRoot(only) ? only.value : undefined;
}

/** @throws Fault `game-invalid` when the state is not JSON, or too large. */
export function firstState(initial: Json): Changed {
  const state = settle(initial);
  return { state, hash: hashOf(acceptableText(state)), patch: wholePatch(state, true) };
}

/** @throws Fault `game-invalid` when the state is not JSON, or too large. */
export function changeTo(from: Json, to: Json): Changed {
  const before = settle(from, from);
  const state = settle(to, before);
  const hash = hashOf(acceptableText(state));
  const patch = difference(before, state);
  const proved = leadsTo(before, patch, state);
  return { state, hash, patch: proved ? patch : wholePatch(state, false) };
}

/** @throws Fault `game-invalid` when the patch does not apply, or its result is too large. */
export function changeBy(from: Json, by: readonly PatchOperation[]): Changed {
  // As storage will give it back: a value that is undefined, say, is missing there.
  const patch = settle(by) as unknown as readonly PatchOperation[];
  const state = patched(from, patch);
  return { state, hash: hashOf(acceptableText(state)), patch };
}

function acceptableText(state: Json): string {
  const text = canonicalText(state);
  if (text.length > maxStateLength) throw invalid(`The state is ${text.length} characters of JSON long`);
  return text;
}

/** The settled state after a patch; `from` stays as it is. @throws Fault `game-invalid` when it does not apply. */
export function patched(from: Json, patch: readonly PatchOperation[]): Json {
  const before = settle(from, from);
  return settle(patch.reduce(applyOne, before), before);
}

function applyOne(state: Json, operation: PatchOperation): Json {
  if (isRoot(operation)) return operation.value;
  const { path, from } = operation;
  const ways = operation.op === 'move' && from !== undefined ? [path, from] : [path];
  const box: { state?: Json } = { state: ways.reduce(copiedAlong, state) };
  const [problem] = applyTo(box, operation);
  if (problem) throw invalid(`The patch does not apply: ${problem.message}`);
  if (box.state === undefined) throw invalid('The patch removes the whole state');
  return box.state;
}

/** With copies of the containers that a pointer leads through: those that may be changed in place. */
function copiedAlong(state: Json, pointer: string): Json {
  if (!pointer.startsWith('/')) return state;
  return copied(state, Pointer.fromJSON(pointer).tokens.slice(1));
}

function copied(node: Json, [token, ...rest]: readonly string[]): Json {
  if (node === null || typeof node !== 'object' || token === undefined) return node;
  // A copy is ours to change; its items are as before.
  const copy = (Array.isArray(node) ? [...node] : { ...node }) as Record<string, Json>;
  const inner = Object.hasOwn(copy, token) && token !== '__proto__' ? copy[token] : undefined;
  if (inner !== undefined && rest.length > 0) copy[token] = copied(inner, rest);
  return copy;
}

function applyTo(box: object, operation: PatchOperation): ReturnType<typeof applyPatch> {
  const from = operation.from === undefined ? {} : { from: inBox(operation.from) };
  try {
    // Only the types differ: theirs is a union by `op`, and an operation that lacks a field is refused at run time.
    return applyPatch(box, [{ ...operation, path: inBox(operation.path), ...from } as Operation]);
  } catch (cause) {
    throw invalid('The patch does not apply', cause);
  }
}

function inBox(pointer: string): string {
  if (pointer !== '' && !pointer.startsWith('/')) throw new Error(`"${pointer}" is no JSON pointer`);
  return `/state${pointer}`;
}

function isRoot(operation: PatchOperation): operation is PatchOperation & { value: Json } {
  const writes = operation.op === 'add' || operation.op === 'replace';
  return writes && operation.path === '' && operation.value !== undefined;
}

/** Whatever equals a part of `to` is that very part once it is settled. */
function leadsTo(from: Json, patch: readonly PatchOperation[], to: Json): boolean {
  try {
    return settle(patch.reduce(applyOne, from), to) === to;
  } catch {
    return false;
  }
}

function difference(from: Json, to: Json): readonly PatchOperation[] {
  return createPatch(from, to, (input, output, pointer) =>
    Array.isArray(input) && Array.isArray(output)
      ? arrayDifference(input, output, pointer.toString())
      : undefined,
  );
}

/** Elements equal at both ends are left alone, those between are compared one to one, and the rest goes or comes. */
function arrayDifference(from: readonly Json[], to: readonly Json[], path: string): Operation[] {
  const start = equalAtStart(from, to);
  const atEnd = equalAtStart(from.slice(start).reverse(), to.slice(start).reverse());
  const [fromEnd, toEnd] = [from.length - atEnd, to.length - atEnd];
  const shared = Math.min(fromEnd, toEnd);
  const operations: Operation[] = [];
  for (let index = start; index < shared; index++) {
    for (const inner of difference(from[index] ?? null, to[index] ?? null)) {
      // Only `path` changes: that of the inner patch starts at the element.
      operations.push({ ...inner, path: `${path}/${index}${inner.path}` } as Operation);
    }
  }
  for (let index = fromEnd - 1; index >= shared; index--) {
    operations.push({ op: 'remove', path: `${path}/${index}` });
  }
  for (let index = shared; index < toEnd; index++) {
    operations.push({ op: 'add', path: `${path}/${index}`, value: to[index] });
  }
  return operations;
}

function equalAtStart(one: readonly Json[], other: readonly Json[]): number {
  const differs = one.findIndex((value, index) => !isEqual(value, other[index]));
  return differs === -1 ? one.length : differs;
}

const isEqual = (one: Json, other: Json | undefined): boolean =>
  one === other || isDeepStrictEqual(one, other);

function invalid(message: string, cause?: unknown): Fault {
  return new Fault('game-invalid', message, {
    next: 'Correct the transition; nothing was written',
    cause,
  });
}
