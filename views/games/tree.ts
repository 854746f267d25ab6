/**
 * A state as rows of a tree. Only what is unfolded is walked, and no container shows more than a bounded number of
 * its members, so a state of many megabytes costs no more than what is on the screen.
 */
import type { Json } from '../../src/game/game.ts';

export interface TreeRow {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly depth: number;
  /** Name or index; empty for the root. */
  readonly name: string;
  /** The value, or what a container holds: `3 fields`. Cut: a text may be megabytes long. */
  readonly value: string;
  readonly kind: 'leaf' | 'open' | 'folded' | 'more';
}

/** What the operator unfolded and folded; the rest follows `opensByItself`. */
export type Folds = ReadonlyMap<string, boolean>;

const membersShown = 200;
const rowsShown = 5_000;
const longestValue = 400;
/** Small things open by themselves, so that most states are seen whole at once. */
const opensWithin = 8;

type Container = readonly Json[] | { readonly [key: string]: Json };

const isContainer = (json: Json): json is Container => typeof json === 'object' && json !== null;

const sizeOf = (container: Container): number =>
  Array.isArray(container) ? container.length : Object.keys(container).length;

/** `Object.entries` of a large array would make all of its texts first. */
function firstMembers(container: Container): readonly (readonly [string, Json])[] {
  if (Array.isArray(container)) {
    return container.slice(0, membersShown).map((value: Json, index) => [String(index), value] as const);
  }
  return Object.entries(container).slice(0, membersShown);
}

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

export function leafText(json: Json): string {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const short = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
  const quoted = typeof json === 'string' ? JSON.stringify(short) : short;
  return text.length > longestValue
    ? `${quoted} (${text.length.toLocaleString('en-US')} characters)`
    : quoted;
}

function containerText(container: Container): string {
  const size = sizeOf(container);
  if (Array.isArray(container)) return `[${size} ${size === 1 ? 'item' : 'items'}]`;
  return `{${size} ${size === 1 ? 'field' : 'fields'}}`;
}

function opensByItself(container: Container, depth: number): boolean {
  return depth === 0 || (depth < 3 && sizeOf(container) <= opensWithin);
}

export function treeRows(state: Json, folds: Folds): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (json: Json, pointer: string, name: string, depth: number) => {
    if (rows.length >= rowsShown) return;
    if (!isContainer(json)) {
      rows.push({ pointer, depth, name, value: leafText(json), kind: 'leaf' });
      return;
    }
    const size = sizeOf(json);
    const open = size > 0 && (folds.get(pointer) ?? opensByItself(json, depth));
    const kind = size === 0 ? 'leaf' : open ? 'open' : 'folded';
    rows.push({ pointer, depth, name, value: containerText(json), kind });
    if (!open) return;
    for (const [key, value] of firstMembers(json)) walk(value, `${pointer}/${escaped(key)}`, key, depth + 1);
    if (size > membersShown) {
      const value = `${(size - membersShown).toLocaleString('en-US')} more, / finds them`;
      rows.push({ pointer: `${pointer}/-`, depth: depth + 1, name: '', value, kind: 'more' });
    }
  };
  walk(state, '', '', 0);
  if (rows.length >= rowsShown) {
    rows.push({ pointer: '-', depth: 0, name: '', value: 'more is not shown: fold something', kind: 'more' });
  }
  return rows;
}

const matchesShown = 500;

/** Every name or value that holds the text, wherever it is folded away, by its whole pointer. */
export function treeMatches(state: Json, text: string): readonly TreeRow[] {
  const wanted = text.toLowerCase();
  const rows: TreeRow[] = [];
  const waiting: { readonly json: Json; readonly pointer: string; readonly name: string }[] = [
    { json: state, pointer: '', name: '' },
  ];
  // By hand and not by recursion: a state may be nested as deep as it likes.
  for (let next = waiting.pop(); next && rows.length < matchesShown; next = waiting.pop()) {
    const { json, pointer, name } = next;
    const container = isContainer(json);
    const holds = (words: string) => words.toLowerCase().includes(wanted);
    if (holds(name) || (!container && holds(typeof json === 'string' ? json : JSON.stringify(json)))) {
      const value = container ? containerText(json) : leafText(json);
      rows.push({ pointer, depth: 0, name: pointer, value, kind: 'leaf' });
    }
    if (!container) continue;
    const members = Array.isArray(json)
      ? json.map((value: Json, index) => [String(index), value] as const)
      : Object.entries(json);
    for (const [key, value] of members.toReversed()) {
      waiting.push({ json: value, pointer: `${pointer}/${escaped(key)}`, name: key });
    }
  }
  return rows;
}

/** The pointer of what holds it; undefined for the root. */
export const parentOf = (pointer: string): string | undefined =>
  pointer === '' ? undefined : pointer.slice(0, pointer.lastIndexOf('/'));
