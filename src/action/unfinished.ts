import { join } from 'node:path';
import type { Identity } from '../base/identity.ts';
import type { StepState } from './action.ts';
import type { Audit, AuditEntry } from './audit.ts';
import { readSteps } from './journal.ts';
import { currentHolder } from './lock.ts';
import type { StateFolder } from './state-folder.ts';

/** A run whose process is gone before its end: what it did is in `steps`, as far as it is known. */
export interface UnfinishedRun {
  readonly run: string;
  readonly plan: string;
  readonly action: string;
  readonly title: string;
  readonly actor: Identity;
  readonly startedAtMs: number;
  /** Empty when it ended before it wrote its first step: then it changed nothing. */
  readonly steps: readonly { readonly name: string; readonly state: StepState }[];
}

export async function findUnfinished(folder: StateFolder, audit: Audit): Promise<readonly UnfinishedRun[]> {
  const open = new Map<string, AuditEntry>();
  for (const entry of await audit.read()) {
    if (entry.event === 'run-started') open.set(entry.run, entry);
    else open.delete(entry.run);
  }
  const runs: UnfinishedRun[] = [];
  for (const entry of open.values()) {
    if (await isRunning(folder, entry)) continue;
    const { run, plan, action, title, actor, atMs: startedAtMs } = entry;
    const steps = await readSteps(join(folder.runs, `${run}.jsonl`));
    runs.push({ run, plan, action, title, actor, startedAtMs, steps });
  }
  return runs;
}

async function isRunning(folder: StateFolder, { run, lockKey }: AuditEntry): Promise<boolean> {
  const holder = await currentHolder(folder.locks, lockKey);
  return holder?.what.startsWith(`run ${run},`) ?? false;
}
