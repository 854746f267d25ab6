import type { Report } from '../action/action.ts';
import type { Audit, AuditEntry } from '../action/audit.ts';
import type { ReportStore } from '../action/report-store.ts';
import { canonicalJson } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import type { FlagStore, FleetFlags } from '../flags/store.ts';
import { flagsStillOn } from './off.ts';

/** What `rollback status` tells. */
export interface RollbackStatus {
  readonly place: string;
  readonly flags: FleetFlags;
  /** `off`: every flag on every server; `unknown`: a server was not read. */
  readonly verdict: 'on' | 'off' | 'servers-differ' | 'unknown';
  readonly last: LastRollback | undefined;
}

export interface LastRollback {
  readonly run: string;
  readonly title: string;
  readonly actor: Identity;
  readonly startedAtMs: number;
  /** `unfinished`: it is running, or its process ended before the run did. */
  readonly outcome: Report['outcome'] | 'unfinished';
  /** Holds the flags from before, in its changes; undefined when it was not written or cannot be read. */
  readonly report: Report | undefined;
}

export async function readRollbackStatus(
  { flags, audit, reports }: { flags: FlagStore; audit: Audit; reports: ReportStore },
  signal?: AbortSignal,
): Promise<RollbackStatus> {
  const [fleet, last] = await Promise.all([flags.read(signal), lastRollback(audit, reports)]);
  return { place: flags.place, flags: fleet, verdict: verdictOf(fleet), last };
}

function verdictOf({ servers }: FleetFlags): RollbackStatus['verdict'] {
  const read = servers.flatMap((row) => ('flags' in row ? [row.flags] : []));
  if (read.length < servers.length || read.length === 0) return 'unknown';
  if (read.every((flags) => flagsStillOn(flags).length === 0)) return 'off';
  return new Set(read.map(canonicalJson)).size === 1 ? 'on' : 'servers-differ';
}

async function lastRollback(audit: Audit, reports: ReportStore): Promise<LastRollback | undefined> {
  const entries = (await audit.read()).filter(({ action }) => action === 'rollback run');
  const started = entries.findLast(({ event }) => event === 'run-started');
  if (!started) return undefined;
  const ended = entries.find((entry) => isEndOf(entry, started.run));
  const { run, title, actor, atMs: startedAtMs } = started;
  const outcome = ended?.event === 'run-ended' ? ended.outcome : 'unfinished';
  return { run, title, actor, startedAtMs, outcome, report: await readReport(reports, run) };
}

const isEndOf = (entry: AuditEntry, run: string) => entry.event === 'run-ended' && entry.run === run;

async function readReport(reports: ReportStore, run: string): Promise<Report | undefined> {
  try {
    return await reports.load(run);
  } catch (thrown) {
    if (thrown instanceof Fault) return undefined;
    throw thrown;
  }
}
