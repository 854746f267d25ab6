import type { Clock } from '../base/clock.ts';
import type { RecordKey } from '../game/record.ts';
import { type Likened, type Likeness, likenesses } from './likeness.ts';
import type { Sides } from './sides.ts';
import { walkBoth } from './walk-both.ts';

/** Both storages compared by content: two games are the same when the digests of their records are. */
export interface Comparison {
  readonly primary: string;
  readonly secondary: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly counts: Readonly<Record<Likeness, number>>;
  /** The first ones of those that are not the same. */
  readonly named: readonly NamedGame[];
  /** No point in time: games are compared one after the other, and are played meanwhile. */
  readonly consistency: 'fuzzy';
}

export interface NamedGame extends RecordKey {
  readonly is: Likeness;
  readonly primary: string;
  readonly secondary: string;
}

/** `inconclusive`: nothing is known to differ, and something could not be compared, or there was nothing. */
export type Verdict = 'same' | 'different' | 'inconclusive';

export function verdictOf({ counts }: Pick<Comparison, 'counts'>): Verdict {
  if (counts.different + counts['only-primary'] + counts['only-secondary'] > 0) return 'different';
  return counts.moving + counts.unreadable > 0 || counts.same === 0 ? 'inconclusive' : 'same';
}

/** Of each likeness. */
const namedOfEach = 20;

export async function compareGames(
  sides: Sides,
  clock: Clock,
  progress: (doneGames: number) => void,
  signal?: AbortSignal,
): Promise<Comparison> {
  const startedAtMs = clock.now();
  const counts: Record<Likeness, number> = zeroes();
  const named: NamedGame[] = [];
  let done = 0;
  for await (const batch of walkBoth(sides, clock, signal)) {
    for (const game of batch) {
      counts[game.is]++;
      if (game.is !== 'same' && counts[game.is] <= namedOfEach) named.push(nameOf(game));
    }
    done += batch.length;
    progress(done);
  }
  return {
    primary: sides.primary.location,
    secondary: sides.secondary.location,
    startedAtMs,
    endedAtMs: clock.now(),
    counts,
    named,
    consistency: 'fuzzy',
  };
}

const nameOf = ({ id, layout, is, primary, secondary }: Likened): NamedGame => ({
  id,
  layout,
  is,
  primary: primary.words,
  secondary: secondary.words,
});

// Each likeness has its entry.
const zeroes = () => Object.fromEntries(likenesses.map((is) => [is, 0])) as Record<Likeness, number>;
