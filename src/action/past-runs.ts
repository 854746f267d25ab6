import type { RunId } from '../base/ids.ts';
import type { RunOutcome } from './action.ts';
import type { Audit } from './audit.ts';
import type { Plan } from './plan.ts';
import type { PlanStore } from './plan-store.ts';

export interface PastRun {
  readonly run: RunId;
  readonly plan: string;
  readonly startedAtMs: number;
  /** undefined when it did not end, or goes on still. */
  readonly outcome: RunOutcome | undefined;
}

/** What was done before, as the audit log and the saved plans have it: to go on with it, or to undo it. */
export interface PastRuns {
  /** Those of one action, newest first. */
  of(action: string): Promise<readonly PastRun[]>;
  /** The plan that a run applied. @throws Fault `not-found` when it was removed; `integrity` when it was edited */
  plan(run: Pick<PastRun, 'plan'>): Promise<Plan>;
}

export function createPastRuns(audit: Pick<Audit, 'read'>, plans: Pick<PlanStore, 'look'>): PastRuns {
  return {
    async of(action) {
      const runs = new Map<string, PastRun>();
      for (const entry of await audit.read()) {
        if (entry.action !== action) continue;
        const { run, plan, atMs } = entry;
        const startedAtMs = runs.get(run)?.startedAtMs ?? atMs;
        const outcome = entry.event === 'run-ended' ? entry.outcome : undefined;
        // The runner writes only ids that it made.
        runs.set(run, { run: run as RunId, plan, startedAtMs, outcome });
      }
      return [...runs.values()].reverse();
    },
    plan: ({ plan }) => plans.look(plan),
  };
}
