/**
 * A game's state as the engine keeps it: plain JSON that nobody can change, its keys sorted, sharing with the state
 * before whatever did not change. A transition changes a card or two of a hundred: what is shared is told by identity,
 * and the text of the whole is canonical without being sorted again.
 */
import { hash } from 'node:crypto';
import { Fault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';

type Container = { readonly [key: string]: Json } | readonly Json[];

const deepest = 500;
/** Parts near the top are nearly all in the next state too; to keep something of the many below would cost more than it saves. */
const deepestMark = 2;

class Itself {
  constructor(part: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what extends it puts its private fields on what is returned.
    return part;
  }
}

/**
 * On a part that was made here: all that it holds was too, and cannot change any more. A private field, which nobody
 * else sees; with a WeakMap, whose table every garbage collection goes through, the slowest of a hundred transitions
 * took a quarter longer.
 */
class Mark extends Itself {
  #text: string | undefined;

  static isOn(part: Container): boolean {
    return #text in part;
  }

  /** As far as it was kept. */
  static textOf(part: Container): string | undefined {
    return #text in part ? part.#text : undefined;
  }

  static keepText(part: Container, text: string): void {
    if (#text in part) part.#text = text;
  }
}

function settledPart<Part extends Container>(part: Part, depth: number): Part {
  if (depth <= deepestMark) new Mark(part);
  return Object.freeze(part);
}

/**
 * What JSON would give back for `value`: a Date becomes text, an undefined field goes. Equal parts of `before` are used
 * again; all of it, when nothing changed.
 *
 * @param before settled, or it is not used
 * @throws Fault `game-invalid` when it is not JSON
 */
export function settle(value: unknown, before?: Json): Json {
  const isKnown = isContainer(before) && Mark.isOn(before);
  if (isKnown && value === before) return before;
  const settled = settleValue(value, isKnown ? before : undefined, 0);
  if (settled === undefined) throw notJson();
  return settled;
}

/** The text of base/digest.ts, of a settled state. */
export const canonicalText = (state: Json): string => textOf(state, 0);

function textOf(value: Json, depth: number): string {
  if (depth > deepestMark || !isContainer(value)) return JSON.stringify(value);
  const known = Mark.textOf(value);
  if (known !== undefined) return known;
  const text = depth === deepestMark ? JSON.stringify(value) : textOfParts(value, depth + 1);
  // That of the whole is asked for once.
  if (depth > 0) Mark.keepText(value, text);
  return text;
}

/** By adding, for arrays of parts to join take longer. */
function textOfParts(value: Container, depth: number): string {
  let text = '';
  if (isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${textOf(item, depth)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value)) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${textOf(value[key] ?? null, depth)}`;
  }
  return `{${text}}`;
}

/** SHA-256 (hex) of it. */
export const hashOf = (text: string): string => hash('sha256', text, 'hex');

/**
 * undefined for what JSON leaves out of objects.
 *
 * @param before settled, as is all that a settled state holds
 */
function settleValue(value: unknown, before: Json | undefined, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // Minus zero is 0 in JSON.
      return Number.isFinite(value) ? value || 0 : null;
    case 'object':
      if (value === null) return null;
      if (value === before) return before;
      return settleObject(value, before, depth);
    default:
      if (typeof value === 'bigint') throw notJson();
      return undefined;
  }
}

function settleObject(value: object, before: Json | undefined, depth: number): Json | undefined {
  if (depth > deepest) throw notJson(`it is nested more than ${deepest} levels deep`);
  const shared = isContainer(before) ? before : undefined;
  if (Array.isArray(value) && !hasToJson(value)) return settleArray(value, shared, depth);
  return isPlain(value) ? settleRecord(value, shared, depth) : settleValue(throughJson(value), before, depth);
}

function settleArray(value: readonly unknown[], before: Container | undefined, depth: number): Json {
  const shared = before && isArray(before) ? before : undefined;
  const items: Json[] = [];
  let isShared = shared?.length === value.length;
  for (let index = 0; index < value.length; index++) {
    const settled = settleValue(value[index], shared?.[index], depth + 1) ?? null;
    if (isShared && settled !== shared?.[index]) isShared = false;
    items.push(settled);
  }
  return isShared && shared ? shared : settledPart(items, depth);
}

function settleRecord(
  value: Readonly<Record<string, unknown>>,
  before: Container | undefined,
  depth: number,
): Json | undefined {
  // What an array has under a key is no value of ours, nor is what every object inherits.
  const shared = before as { readonly [key: string]: Json } | undefined;
  const given = Object.keys(value);
  const keys: string[] = [];
  const values: Json[] = [];
  let isShared = shared !== undefined && !Array.isArray(shared);
  let isSorted = true;
  for (const key of given) {
    const settled = settleValue(value[key], shared?.[key], depth + 1);
    if (settled === undefined) continue;
    if (isShared && settled !== shared?.[key]) isShared = false;
    if (isSorted && keys.length > 0 && key < (keys.at(-1) ?? '')) isSorted = false;
    keys.push(key);
    values.push(settled);
  }
  if (isShared && shared && Object.keys(shared).length === keys.length) return shared;
  return settledPart(isSorted ? recordOf(keys, values) : sortedRecordOf(keys, values), depth);
}

function sortedRecordOf(keys: readonly string[], values: readonly Json[]): Record<string, Json> {
  const fields = keys.map((key, index) => ({ key, value: values[index] ?? null }));
  fields.sort((a, b) => (a.key < b.key ? -1 : 1));
  return recordOf(
    fields.map(({ key }) => key),
    fields.map(({ value }) => value),
  );
}

function recordOf(keys: readonly string[], values: readonly Json[]): Record<string, Json> {
  // To assign to `__proto__` would not make a field.
  if (keys.includes('__proto__')) return Object.fromEntries(keys.map((key, at) => [key, values[at] ?? null]));
  const record: Record<string, Json> = {};
  for (let index = 0; index < keys.length; index++) record[keys[index] ?? ''] = values[index] ?? null;
  return record;
}

const isArray = (value: Container): value is readonly Json[] => Array.isArray(value);

const isContainer = (value: Json | undefined): value is Container =>
  typeof value === 'object' && value !== null;

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !hasToJson(value);
}

const hasToJson = (value: object): boolean => 'toJSON' in value && typeof value.toJSON === 'function';

/** Whatever else JSON knows to write: dates, boxed texts, what has a toJSON. */
function throughJson(value: object): unknown {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (cause) {
    throw notJson('it cannot be written', cause);
  }
}

function notJson(why?: string, cause?: unknown): Fault {
  return new Fault('game-invalid', `The state or patch is not JSON${why ? `: ${why}` : ''}`, {
    next: 'Correct the transition; nothing was written',
    cause,
  });
}
