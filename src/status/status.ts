import type { Fault } from '../base/fault.ts';
import type { FleetFlags } from '../flags/store.ts';
import type { Layout } from '../game/record.ts';
import type { BackupFigures } from '../metrics/backup-figures.ts';
import type { BreakerState } from '../metrics/catalogue.ts';
import type { Readings } from '../metrics/source.ts';
import type { AlertName, Severity } from '../monitoring/alerts.ts';
import type { UnpersistedGames } from '../platform/admin-schemas.ts';
import type { Answer } from '../platform/client.ts';

/** `unknown`: what would tell could not be read. Never healthy by default. */
export type Verdict = 'healthy' | 'degraded' | 'down' | 'unknown';

export interface Reason {
  readonly severity: Severity;
  /** What is wrong, with the value and the limit: `error ratio 12.4 % (limit 5 %)`. */
  readonly text: string;
  readonly alert?: AlertName;
  /** Runbook to open for it. */
  readonly runbook?: string;
  /** The text says what to do: whatever runbook the reasons after it have leads elsewhere. */
  readonly isEnough?: true;
}

export interface ServerStatus {
  readonly server: string;
  /** undefined: not read, see `fault`. */
  readonly healthy: boolean | undefined;
  readonly breaker: { readonly state: BreakerState; readonly changedAtMs: number } | undefined;
  readonly fault?: Fault;
}

export interface Waiting {
  readonly games: number;
  /** Those of them that wait by plan: the strategy of their server does not write every transition. */
  readonly deferred: number;
  readonly oldestSeconds: number;
}

/** How many games one of two storages holds. */
export interface StorageCount {
  readonly role: 'primary' | 'secondary';
  readonly location: string;
  /** A Fault when it could not be counted; undefined while the first count is still going on. */
  readonly counted:
    | { readonly atMs: number; readonly games: Readonly<Record<Layout, number>> }
    | Fault
    | undefined;
}

/** One look at everything: what `status` prints and the Overview shows. */
export interface Status {
  readonly atMs: number;
  readonly verdict: Verdict;
  /** `atLeast`: it was already so when this process first looked. */
  readonly since: { readonly atMs: number; readonly atLeast: boolean };
  /** Worst first; empty when healthy. */
  readonly reasons: readonly Reason[];
  /** What keeps it from being called healthy though nothing is known to be wrong; empty unless `unknown`. */
  readonly doubts: readonly string[];
  /** The runbook of the worst reason. */
  readonly runbook: string | undefined;
  /** What would be lost if every server restarted now; undefined when it cannot be known. */
  readonly unpersisted: Waiting | undefined;
  /** What the servers' memory has and lost, by name; left out where they cannot be asked. */
  readonly memory?: readonly Answer<UnpersistedGames>[];
  /** A Fault when they could not be read. */
  readonly readings: Readings | Fault;
  readonly servers: readonly ServerStatus[];
  /** undefined without game servers. */
  readonly flags: FleetFlags | undefined;
  readonly backend: { readonly location: string; readonly fault?: Fault };
  /** Both storages, where there is a second one. */
  readonly storages?: readonly StorageCount[];
  /** They say nothing of how the platform is now, so no verdict is judged from them; a Fault when they could not be read. */
  readonly backups?: BackupFigures | Fault;
  /** Sources that were configured and could not be read; `status` exits 3 when there is one. */
  readonly unread: readonly { readonly source: string; readonly fault: Fault }[];
}
