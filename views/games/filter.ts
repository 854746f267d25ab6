/**
 * What can be typed after `/` on the list of games: words that must all hold. `TURN` is in the id or the phase;
 * `phase:TURN,SCORING`, `older:1h`, `younger:5m`, `bigger:50kb`, `smaller:1mb`, `layout:legacy`, `problem:` with or
 * without a text. `!` in front of a word turns it around.
 */
import { parseDuration } from '../../src/base/duration.ts';
import type { GameRow } from '../../src/games/game-view.ts';

export const gameGrammar = 'phase:TURN older:1h younger:5m bigger:50kb problem: layout:legacy !text';

export type Matcher = (row: GameRow, nowMs: number) => boolean;

export interface GameWish {
  readonly matches: Matcher;
  /** Why a word is left out; undefined when all are understood. */
  readonly problem: string | undefined;
  /** Whether what matches changes as time passes. */
  readonly aging: boolean;
}

/** What a game does not tell fulfils no wish about it, nor its opposite. */
type Told = boolean | undefined;
type Test = (row: GameRow, nowMs: number) => Told;
type Word = { readonly test: Test } | { readonly problem: string };

const unitsBytes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

function parseSize(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/i.exec(text) ?? [];
  const factor = unitsBytes[unit.toLowerCase()];
  return number === '' || factor === undefined ? undefined : Number(number) * factor;
}

const ageOf = ({ updatedAtMs }: GameRow, nowMs: number) =>
  updatedAtMs === undefined ? undefined : nowMs - updatedAtMs;

function byAge(name: string, text: string, holds: (ageMs: number, limitMs: number) => boolean): Word {
  const limit = parseDuration(text);
  if (limit === undefined) return { problem: `${name}: takes a time like 90s, 5m, 1h or 2d` };
  return {
    test: (row, nowMs) => {
      const age = ageOf(row, nowMs);
      return age === undefined ? undefined : holds(age, limit);
    },
  };
}

function bySize(name: string, text: string, holds: (bytes: number, limit: number) => boolean): Word {
  const limit = parseSize(text);
  if (limit === undefined) return { problem: `${name}: takes a size like 800b, 50kb or 5mb` };
  return { test: ({ sizeBytes }) => (sizeBytes === undefined ? undefined : holds(sizeBytes, limit)) };
}

function byPhase(text: string): Word {
  const wanted = text
    .toLowerCase()
    .split(',')
    .filter((one) => one !== '');
  if (wanted.length === 0) return { problem: 'phase: takes names of phases like TURN,SCORING' };
  return { test: ({ phase }) => (phase === undefined ? undefined : wanted.includes(phase.toLowerCase())) };
}

function byLayout(text: string): Word {
  if (text !== 'legacy' && text !== 'current') return { problem: 'layout: takes legacy or current' };
  return { test: ({ layout }) => layout === text };
}

const byProblem = (text: string): Word => ({
  test: ({ problems }) =>
    problems.some(({ field = '', what }) => `${field} ${what}`.toLowerCase().includes(text.toLowerCase())),
});

const byText = (text: string): Word => ({
  test: ({ id, phase = '' }) => `${id}\n${phase}`.toLowerCase().includes(text.toLowerCase()),
});

const words: Readonly<Record<string, (text: string) => Word>> = {
  phase: byPhase,
  older: (text) => byAge('older', text, (age, limit) => age > limit),
  younger: (text) => byAge('younger', text, (age, limit) => age <= limit),
  bigger: (text) => bySize('bigger', text, (bytes, limit) => bytes > limit),
  smaller: (text) => bySize('smaller', text, (bytes, limit) => bytes < limit),
  layout: byLayout,
  problem: byProblem,
};

function readWord(typed: string): Word {
  const inverse = typed.startsWith('!') && typed.length > 1;
  const word = inverse ? typed.slice(1) : typed;
  const colon = word.indexOf(':');
  const name = word.slice(0, Math.max(0, colon));
  // An id may hold a colon: only names from the table mean something.
  const make = Object.hasOwn(words, name) ? words[name] : undefined;
  const made = make ? make(word.slice(colon + 1)) : byText(word);
  if (!inverse || 'problem' in made) return made;
  return {
    test: (row, nowMs) => {
      const told = made.test(row, nowMs);
      return told === undefined ? undefined : !told;
    },
  };
}

export function parseGameWish(text: string): GameWish {
  const typed = text.split(/\s+/).filter((word) => word !== '');
  const read = typed.map(readWord);
  const tests = read.flatMap((word) => ('test' in word ? [word.test] : []));
  return {
    matches: (row, nowMs) => tests.every((test) => test(row, nowMs) === true),
    problem: read.map((word) => ('problem' in word ? word.problem : undefined)).find(Boolean),
    aging: typed.some((word) => /^!?(older|younger):/.test(word)),
  };
}
