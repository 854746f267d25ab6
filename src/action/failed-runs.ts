import type { Audit, AuditEntry } from './audit.ts';
import type { Runner } from './run.ts';

/**
 * When the runs of one action on this machine ended that were not done; one that was killed counts from its start.
 * The audit log is read again only once it has grown, or while a run of the action is open.
 */
export function createFailedRuns(
  { audit, unfinishedRuns }: Pick<Runner, 'audit' | 'unfinishedRuns'>,
  action: string,
): () => Promise<readonly number[]> {
  let known: { readonly head: string | undefined; readonly failedAtMs: readonly number[] } | undefined;
  return async () => {
    const head = await audit.head();
    if (known && known.head === head) return known.failedAtMs;
    const { ended, hasOpen } = await endingsOf(audit, action);
    const killed = hasOpen ? (await unfinishedRuns()).filter((run) => run.action === action) : [];
    const failedAtMs = [...ended, ...killed.map(({ startedAtMs }) => startedAtMs)];
    known = hasOpen ? undefined : { head, failedAtMs };
    return failedAtMs;
  };
}

async function endingsOf(audit: Audit, action: string) {
  const entries = (await audit.read()).filter((entry) => entry.action === action);
  const ended = entries.filter((entry) => entry.event === 'run-ended');
  return {
    ended: ended.filter(isFailure).map(({ atMs }) => atMs),
    hasOpen: entries.length > 2 * ended.length,
  };
}

const isFailure = (entry: AuditEntry) => entry.event === 'run-ended' && entry.outcome !== 'done';
