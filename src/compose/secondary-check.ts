import type { Action, Check } from '../action/action.ts';
import type { PlanDetail } from '../action/plan.ts';
import { gamesText } from '../game/record-words.ts';

/**
 * The same action, which also proves that the second storage has followed: done on the first alone is done in part.
 *
 * @param settle games of which the second is not known to have what the first has; undefined without dual writes
 */
export function withSecondaryCheck<I, D extends PlanDetail>(
  action: Action<I, D>,
  settle: () => Promise<number | undefined>,
): Action<I, D> {
  if (action.effect === 'local') return action;
  return {
    ...action,
    async verify(plan, progressed, signal) {
      // One after the other: what is copied to the second is read from the first.
      const checks = await action.verify(plan, progressed, signal);
      const diverging = await settle();
      return diverging === undefined ? checks : [...checks, checkOf(diverging)];
    },
  };
}

function checkOf(diverging: number): Check {
  const name = 'The secondary has followed';
  if (diverging === 0)
    return { name, kind: 'pass', found: 'it has what the primary has of every game written' };
  const found = `not with ${gamesText(diverging)}; bring it up to date: gamekeeper games backfill`;
  return { name, kind: 'fail', found };
}
