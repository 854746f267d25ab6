import { formatDuration, formatValue } from '../../base/units.ts';
import { gameLabel } from '../../game/record-words.ts';
import { type Comparison, compareGames, type NamedGame, verdictOf } from '../../migration/compare.ts';
import type { Likeness } from '../../migration/likeness.ts';
import { exit } from '../exit.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

/** A check that ran to its end and found something, as `runbook lint`; what it could not tell is inconclusive. */
const exits = { same: exit.done, different: exit.failed, inconclusive: exit.inPart } as const;

export const run: VerbRun = async ({ world, progress, signal }) => {
  const sides = await world.sides();
  const count = (done: number) => progress.count('comparing', done, undefined, 'games');
  const comparison = await compareGames(sides, world.clock, count, signal);
  const verdict = verdictOf(comparison);
  return {
    exit: exits[verdict],
    result: { verdict, ...comparison },
    text: () => [headline[verdict], ...comparisonLines(comparison)],
  };
};

const headline = {
  same: 'THE SAME: every game has the same content on both sides',
  different: 'DIFFERENT',
  inconclusive: 'NOT CERTAIN: no game is known to differ, but not all could be compared',
} as const;

const words: Readonly<Record<Likeness, string>> = {
  same: 'the same',
  different: 'different',
  'only-primary': 'only on the primary',
  'only-secondary': 'only on the secondary',
  moving: 'moving, so not comparable',
  unreadable: 'unreadable',
};

function comparisonLines({ primary, secondary, counts, named, ...times }: Comparison): string[] {
  const elapsed = formatDuration(times.endedAtMs - times.startedAtMs);
  const differs = counts.different + counts['only-primary'] > 0;
  return [
    ...table([
      ['primary', primary],
      ['secondary', secondary],
    ]),
    ...table(
      // The keys are those of the counts.
      (Object.keys(words) as Likeness[]).map((is) => [`  ${words[is]}`, formatValue(counts[is], 'games')]),
    ),
    ...table(named.map(namedRow)),
    `Fuzzy: compared one by one over ${elapsed} while games moved; those that differed were looked at twice`,
    ...(differs ? ['Bring the secondary up to date: gamekeeper games backfill'] : []),
  ];
}

const namedRow = (game: NamedGame) => [
  `  ${words[game.is]}`,
  gameLabel(game),
  `primary ${game.primary}`,
  `secondary ${game.secondary}`,
];
