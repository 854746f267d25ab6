import type { Action, Reading, Step } from '../action/action.ts';
import { workThrough } from '../action/bulk.ts';
import { counted } from '../action/counted.ts';
import type { Draft } from '../action/plan.ts';
import { refusedCheck } from '../action/refused-check.ts';
import type { Clock } from '../base/clock.ts';
import { digestOf } from '../base/digest.ts';
import { gameLabel, namesOf } from '../game/record-words.ts';
import { checkCopied } from './backfill-check.ts';
import { type CopyDecision, type CopyPolicy, decideCopy, type PlannedCopy } from './copy-decision.ts';
import { copyGame } from './copy-game.ts';
import type { Sides } from './sides.ts';
import { walkBoth } from './walk-both.ts';

export interface BackfillParts extends Sides {
  readonly clock: Clock;
}

export interface BackfillInput {
  readonly onExisting: CopyPolicy;
}

export interface BackfillDetail {
  readonly primary: string;
  readonly secondary: string;
  readonly onExisting: CopyPolicy;
  readonly games: readonly PlannedCopy[];
  /** That were the same when the plan was made. */
  readonly same: number;
}

const stepName = 'Copy the games to the secondary';

/**
 * `games backfill`: brings to the secondary what it lacks or has differently. Each game is copied as the primary has it
 * at that moment, over exactly what the plan saw on the secondary; running it again copies what is still missing.
 * Games are played and written twice all the while, so the plan as a whole is stale only when the places change.
 */
export function createBackfillAction(parts: BackfillParts): Action<BackfillInput, BackfillDetail> {
  return {
    name: 'games backfill',
    effect: 'target',
    draft: ({ onExisting }, reading, signal) => draftBackfill(parts, onExisting, reading, signal),
    basis: async ({ onExisting }) => basisOf(parts, onExisting),
    lockKey: ({ secondary }) => `games backfill ${secondary}`,
    steps: ({ detail }) => [copyStep(parts, detail)],
    verify: async ({ detail }, progressed, signal) => [
      await checkCopied(parts, detail, parts.clock, progressed, signal),
      ...refusedCheck(detail.games.filter(({ refused }) => refused).map(gameLabel)),
    ],
  };
}

async function draftBackfill(
  parts: BackfillParts,
  onExisting: CopyPolicy,
  reading: Reading = () => {},
  signal?: AbortSignal,
): Promise<Draft<BackfillDetail>> {
  const { primary, secondary, clock } = parts;
  const decisions: CopyDecision[] = [];
  let same = 0;
  for await (const batch of counted('Comparing', walkBoth(parts, clock, signal), reading)) {
    const decided = batch.flatMap((pair) => decideCopy(pair, onExisting, secondary) ?? []);
    decisions.push(...decided);
    same += batch.length - decided.length;
  }
  const games = decisions.map(({ game }) => game);
  const count = (does: PlannedCopy['does']) => games.filter((game) => game.does === does).length;
  const counts = `${count('create')} to create, ${count('update')} to replace, ${count('skip')} to skip, ${same} the same`;
  return {
    title: `Backfill ${secondary.location} from ${primary.location}: ${counts}`,
    place: secondary.location,
    changes: decisions.map(({ change }) => change),
    steps: [stepName],
    warnings: warningsOf(decisions, same),
    unverified: ['Games that are created while the plan was made; compare again after it'],
    basis: basisOf(parts, onExisting),
    detail: { primary: primary.location, secondary: secondary.location, onExisting, games, same },
  };
}

const basisOf = ({ primary, secondary }: Sides, onExisting: CopyPolicy) =>
  digestOf({ primary: primary.location, secondary: secondary.location, onExisting });

function warningsOf(decisions: readonly CopyDecision[], same: number): string[] {
  const labels = (which: (game: PlannedCopy) => boolean) =>
    namesOf(decisions.filter(({ game }) => which(game)).map(({ change }) => change.target));
  const lowered = labels(({ lowers }) => lowers);
  const skipped = labels(({ does }) => does === 'skip');
  return [
    decisions.length + same === 0 ? 'Neither side has a game' : '',
    lowered ? `Goes back to an older revision on the secondary: ${lowered}` : '',
    skipped ? `Will still differ: ${skipped}` : '',
  ].filter(Boolean);
}

function copyStep(parts: BackfillParts, { games }: BackfillDetail): Step {
  const copied = games.filter(({ does }) => does !== 'skip');
  return {
    name: stepName,
    run: (context) =>
      workThrough(
        {
          total: copied.length,
          batches: [copied],
          done: 'copied',
          next: 'Make a new plan: it shows what still differs',
          one: (game, signal) => copyGame(parts, game, signal),
        },
        context,
      ),
  };
}
