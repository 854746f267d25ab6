import type { Audit, AuditEntry } from './audit.ts';
import type { Plan } from './plan.ts';
import type { Runner } from './run.ts';

/**
 * When the runs of one action on this machine ended that were not done; one that was killed counts from its start. Only
 * those whose plans are wanted, and those whose plans are gone.
 * The audit log is read again only once it has grown, or while a run of the action is open.
 */
export function createFailedRuns(
  { audit, past, unfinishedRuns }: Pick<Runner, 'audit' | 'past' | 'unfinishedRuns'>,
  action: string,
  isWanted: (plan: Plan) => boolean,
): () => Promise<readonly number[]> {
  let known: { readonly head: string | undefined; readonly failedAtMs: readonly number[] } | undefined;
  return async () => {
    const head = await audit.head();
    if (known && known.head === head) return known.failedAtMs;
    const { failed, hasOpen } = await endingsOf(audit, action);
    const killed = hasOpen ? (await unfinishedRuns()).filter((run) => run.action === action) : [];
    const failedAtMs: number[] = [];
    for (const run of [...failed, ...killed.map(({ plan, startedAtMs: atMs }) => ({ plan, atMs }))]) {
      const plan = await past.plan(run).catch(() => undefined);
      if (!plan || isWanted(plan)) failedAtMs.push(run.atMs);
    }
    known = hasOpen ? undefined : { head, failedAtMs };
    return failedAtMs;
  };
}

async function endingsOf(audit: Audit, action: string) {
  const entries = (await audit.read()).filter((entry) => entry.action === action);
  const ended = entries.filter((entry) => entry.event === 'run-ended');
  return {
    failed: ended.filter(isFailure),
    hasOpen: entries.length > 2 * ended.length,
  };
}

const isFailure = (entry: AuditEntry) => entry.event === 'run-ended' && entry.outcome !== 'done';
