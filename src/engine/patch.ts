/** How a transition changes a state, by the caller's patch or by one that is derived and proved. */
import { asFault, Fault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';
import type { PatchOperation } from '../game/record.ts';
import { difference, patchedBy } from './json-patch.ts';
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
  try {
    return settle(patchedBy(before, patch), before);
  } catch (thrown) {
    throw invalid(`The patch does not apply: ${asFault(thrown).message}`, thrown);
  }
}

/** Whatever equals a part of `to` is that very part once it is settled. */
function leadsTo(from: Json, patch: readonly PatchOperation[], to: Json): boolean {
  // Each is about a place of its own. What adds or removes moves others, and a later operation must know where to.
  if (patch.every(({ op }) => op === 'replace')) return true;
  try {
    return settle(patchedBy(from, patch), to) === to;
  } catch {
    return false;
  }
}

const isRoot = ({ op, path, value }: PatchOperation): boolean =>
  (op === 'add' || op === 'replace') && path === '' && value !== undefined;

function invalid(message: string, cause?: unknown): Fault {
  return new Fault('game-invalid', message, {
    next: 'Correct the transition; nothing was written',
    cause,
  });
}
