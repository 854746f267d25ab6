/** What differs between two states, field by field. */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from './game.ts';

/** One difference between two states. `from` is missing where something comes, `to` where it goes. */
export interface FieldChange {
  /** JSON pointer (RFC 6901); the empty one is the whole state. */
  readonly pointer: string;
  readonly from?: Json;
  readonly to?: Json;
}

/**
 * Applied one after the other as JSON Patch would, they turn one state into the other. Elements of arrays that are
 * equal at both ends are left alone, those between are compared one to one, and the rest goes or comes.
 */
export function diffStates(from: Json, to: Json, pointer = ''): FieldChange[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (isList(from) && isList(to)) return diffLists(from, to, pointer);
  if (isObject(from) && isObject(to)) return diffObjects(from, to, pointer);
  return [{ pointer, from, to }];
}

type JsonObject = { readonly [key: string]: Json };

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const isObject = (json: Json): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function diffObjects(from: JsonObject, to: JsonObject, pointer: string): FieldChange[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => {
    const [before, after] = [ownValue(from, key), ownValue(to, key)];
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (before === undefined) return after === undefined ? [] : [{ pointer: at, to: after }];
    return after === undefined ? [{ pointer: at, from: before }] : diffStates(before, after, at);
  });
}

const ownValue = (object: JsonObject, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);

function diffLists(from: readonly Json[], to: readonly Json[], pointer: string): FieldChange[] {
  const start = equalAtStart(from, to);
  const atEnd = equalAtStart(from.slice(start).reverse(), to.slice(start).reverse());
  const [fromEnd, toEnd] = [from.length - atEnd, to.length - atEnd];
  const shared = Math.min(fromEnd, toEnd);
  const changes: FieldChange[] = [];
  for (let index = start; index < shared; index++) {
    changes.push(...diffStates(from[index] ?? null, to[index] ?? null, `${pointer}/${index}`));
  }
  for (let index = fromEnd - 1; index >= shared; index--) {
    changes.push({ pointer: `${pointer}/${index}`, from: from[index] ?? null });
  }
  for (let index = shared; index < toEnd; index++) {
    changes.push({ pointer: `${pointer}/${index}`, to: to[index] ?? null });
  }
  return changes;
}

function equalAtStart(one: readonly Json[], other: readonly Json[]): number {
  const differs = one.findIndex((value, index) => !isDeepStrictEqual(value, other[index]));
  return differs === -1 ? one.length : differs;
}
