import type { Clock } from '../base/clock.ts';
import type { RecordKey } from '../game/record.ts';
import { keyText } from '../game/record-words.ts';
import { type Pair, readPairs, type Sides } from './sides.ts';

/**
 * How a game is on both sides. `moving`: different, and it changed between two looks, so no more can be said of it.
 */
export const likenesses = [
  'same',
  'different',
  'only-primary',
  'only-secondary',
  'moving',
  'unreadable',
] as const;
export type Likeness = (typeof likenesses)[number];

export interface Likened extends Pair {
  readonly is: Likeness;
}

interface Looks {
  /** Games that differ are given this long to be written on the other side too. */
  readonly pauseMs: number;
  /** After so many pauses the second look follows at once: where most games differ, waiting tells nothing. */
  readonly pauses: number;
}

const usualLooks: Looks = { pauseMs: 250, pauses: 20 };

/**
 * Compares batches of games; those that differ are looked at once more, since games move while one looks. One that is
 * on neither side is left out.
 */
export function createLikening(sides: Sides, clock: Clock, { pauseMs, pauses } = usualLooks) {
  let left = pauses;

  return async (keys: readonly RecordKey[], signal?: AbortSignal): Promise<readonly Likened[]> => {
    const first = await readPairs(sides, keys, signal);
    const differing = first.filter((pair) => !isSettled(pair));
    if (differing.length === 0) return first.flatMap(likened);
    if (left-- > 0) await clock.sleep(pauseMs, signal);
    const again = await readPairs(sides, differing, signal);
    const second = new Map(again.map((pair) => [keyText(pair), pair]));
    return first.flatMap((pair) => {
      const newer = second.get(keyText(pair));
      if (!newer) return likened(pair);
      return likened(newer).map((game) =>
        isUnlike(game.is) && hasMoved(pair, newer) ? { ...game, is: 'moving' } : game,
      );
    });
  };
}

const isSettled = ({ primary, secondary }: Pair) =>
  primary.found === secondary.found && primary.found !== 'unreadable';

const isUnlike = (is: Likeness) => is === 'different' || is === 'only-primary' || is === 'only-secondary';

const hasMoved = (before: Pair, after: Pair) =>
  before.primary.found !== after.primary.found || before.secondary.found !== after.secondary.found;

function likened(pair: Pair): Likened[] {
  const is = likenessOf(pair);
  return is ? [{ ...pair, is }] : [];
}

function likenessOf({ primary, secondary }: Pair): Likeness | undefined {
  if (primary.found === 'unreadable' || secondary.found === 'unreadable') return 'unreadable';
  if (primary.found === secondary.found) return primary.found === 'absent' ? undefined : 'same';
  if (secondary.found === 'absent') return 'only-primary';
  return primary.found === 'absent' ? 'only-secondary' : 'different';
}
