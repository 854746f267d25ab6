/** JSON that a person has typed: what is wrong with it has a place, and nothing is taken that was not meant. */
import type { Json } from './game.ts';
import { doubledKey } from './json-keys.ts';
import { readJsonText } from './json-text.ts';

export type ReadJson =
  | { readonly kind: 'json'; readonly json: Json }
  /** Goes on after the name of the text, with line and column where it has a place. */
  | { readonly kind: 'wrong'; readonly why: string };

export function readJson(text: string): ReadJson {
  const message = messageFor(text);
  if (message === undefined) return readExactly(text);
  const hasPlace = /\(line \d+ column \d+\)$/.test(message);
  const what = hasPlace ? message : `${withoutExcerpt(message)} ${placeOf(text, brokenAt(text))}`;
  return { kind: 'wrong', why: `is not JSON: ${what}` };
}

/** Nothing is written that is not what was typed. */
function readExactly(text: string): ReadJson {
  const read = readJsonText(text);
  if (read.kind === 'wrong') return read;
  const doubled = doubledKey(text);
  if (doubled) {
    const key = JSON.stringify(doubled.key);
    return { kind: 'wrong', why: `has ${key} twice in one object ${placeOf(text, doubled.at)}: keep one` };
  }
  const [inexact] = read.inexact;
  if (inexact === undefined) return { kind: 'json', json: read.json };
  return {
    kind: 'wrong',
    why: `has the number ${inexact}, which would lose digits: write it as a text, in quotes`,
  };
}

function messageFor(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** The same text once more, which the person has before them. */
const withoutExcerpt = (message: string) =>
  message.replace(/, (\.\.\.)?".*" is not valid JSON$/s, ' in JSON');

/** Not every message of the engine has it: it is the shortest beginning that no more text could mend. */
function brokenAt(text: string): number {
  let [fine, wrong] = [0, text.length + 1];
  while (wrong - fine > 1) {
    const middle = (fine + wrong) >> 1;
    if (middle <= text.length && couldGoOn(text.slice(0, middle))) fine = middle;
    else wrong = middle;
  }
  return fine;
}

function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `(line ${lines.length} column ${(lines.at(-1)?.length ?? 0) + 1})`;
}

function couldGoOn(start: string): boolean {
  const message = messageFor(start);
  if (message === undefined || /end of JSON input|Unterminated/.test(message)) return true;
  return /position (\d+)/.exec(message)?.[1] === String(start.length);
}
