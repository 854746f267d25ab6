import type { Change } from '../action/plan.ts';
import type { Backend } from '../backend/port.ts';
import { type Found, whyNotHeld } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';
import { gameLabel } from '../game/record-words.ts';
import type { Likened } from './likeness.ts';

/** What to do with a game that the secondary has differently. `newer` compares revisions. */
export const copyPolicies = ['skip', 'newer', 'overwrite'] as const;
export type CopyPolicy = (typeof copyPolicies)[number];

export interface PlannedCopy extends RecordKey {
  readonly does: 'create' | 'update' | 'skip';
  /** On the secondary; what is written replaces exactly this. */
  readonly found: Found;
  /** The secondary goes back to an older revision. */
  readonly lowers: boolean;
  /** Skipped because the secondary cannot hold it: the sides will never be the same. */
  readonly refused?: true;
}

export interface CopyDecision {
  readonly game: PlannedCopy;
  readonly change: Change;
}

/** undefined for a game that both sides have equally. */
export function decideCopy(pair: Likened, policy: CopyPolicy, secondary: Backend): CopyDecision | undefined {
  if (pair.is === 'same') return undefined;
  const { does, why, refused } = judge(pair, policy, secondary);
  const { id, layout } = pair;
  const there = pair.secondary.found === 'absent' ? {} : { from: pair.secondary.words };
  return {
    game: {
      id,
      layout,
      does,
      found: pair.secondary.found,
      lowers: does === 'update' && isLower(pair),
      ...(refused ? { refused } : {}),
    },
    change: {
      target: gameLabel(pair),
      effect: does,
      ...there,
      ...(does === 'skip' ? {} : { to: pair.primary.words }),
      ...(why ? { why } : {}),
    },
  };
}

interface Verdict {
  readonly does: PlannedCopy['does'];
  readonly why?: string;
  readonly refused?: true;
}

const skip = (why: string): Verdict => ({ does: 'skip', why });

function judge(pair: Likened, policy: CopyPolicy, backend: Backend): Verdict {
  const { primary, secondary } = pair;
  const why = whyNotHeld(backend, pair) ?? pair.refusal;
  if (why !== undefined) return { ...skip(why), refused: true };
  if (primary.found === 'unreadable') return skip(`on the primary ${primary.words}`);
  if (secondary.found === 'unreadable') return skip(`on the secondary ${secondary.words}`);
  if (primary.found === 'absent') return skip('only the secondary has it; a backfill removes nothing');
  if (secondary.found === 'absent') return { does: 'create' };
  if (policy === 'overwrite') return { does: 'update' };
  if (policy === 'skip') return skip('exists and differs; existing games are skipped');
  return judgeNewer(primary.revision, secondary.revision);
}

function judgeNewer(here: number | undefined, there: number | undefined): Verdict {
  if (here === undefined || there === undefined)
    return skip('has no revision, so neither can be called newer');
  if (here > there) return { does: 'update' };
  return skip(here === there ? 'has the same revision with other content' : `is ahead, at revision ${there}`);
}

function isLower({ primary, secondary }: Likened): boolean {
  return primary.revision !== undefined && primary.revision < (secondary.revision ?? 0);
}
