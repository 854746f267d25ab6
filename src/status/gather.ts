import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { FleetFlags } from '../flags/store.ts';
import type { BackupFigures } from '../metrics/backup-figures.ts';
import type { Readings } from '../metrics/source.ts';
import { type Findings, isOffEverywhere, judge } from './judge.ts';
import type { ServerStatus, Status, StorageCount, Verdict } from './status.ts';

/** What a look at the platform reads; each may be missing where it is not configured. */
export interface StatusSources {
  readonly clock: Clock;
  readonly backend: { readonly location: string; ping(signal?: AbortSignal): Promise<void> };
  /** Never rejects for a single server; its row has the fault. Empty without game servers. */
  readServers(signal?: AbortSignal): Promise<readonly ServerStatus[]>;
  /** Never rejects for a single server; its row has the fault. undefined without game servers. */
  readFlags(signal?: AbortSignal): Promise<FleetFlags | undefined>;
  readMetrics(signal?: AbortSignal): Promise<Readings>;
  /** Never rejects for a single server; its row has the fault. undefined where they cannot be asked. */
  readMemory?(signal?: AbortSignal): Promise<Status['memory']>;
  /** Left out where nobody asks for it. */
  readBackups?(signal?: AbortSignal): Promise<BackupFigures>;
  /** Never rejects for a storage; its row has the fault. Left out without a second storage. */
  countStorages?(signal?: AbortSignal): Promise<readonly StorageCount[]>;
}

/** @returns a reader that remembers the verdict it gave before, for `since` */
export function createStatusReader(sources: StatusSources): (signal?: AbortSignal) => Promise<Status> {
  let standing: { verdict: Verdict; since: Status['since'] } | undefined;

  return async (signal) => {
    const findings = await gather(sources, signal);
    const atMs = sources.clock.now();
    const { verdict, reasons, doubts } = judge(findings, atMs);
    if (standing?.verdict !== verdict) {
      standing = {
        verdict,
        since: standing ? { atMs, atLeast: false } : firstSince(findings, verdict, atMs),
      };
    }
    // The runbooks lead to switching persistence off: once that is done, none is left to open.
    const runbook = isOffEverywhere(findings.flags)
      ? undefined
      : reasons.find(({ runbook, isEnough }) => runbook || isEnough)?.runbook;
    return { atMs, verdict, since: standing.since, reasons, doubts, runbook, ...findings };
  };
}

/** On the first look the breakers are the only witnesses of when a trouble began. */
function firstSince(findings: Findings, verdict: Verdict, nowMs: number): Status['since'] {
  if (verdict === 'healthy' || verdict === 'unknown') return { atMs: nowMs, atLeast: true };
  const tripped = findings.servers.flatMap(({ breaker }) =>
    breaker && breaker.state !== 'closed' ? [breaker.changedAtMs] : [],
  );
  return { atMs: Math.min(nowMs, ...tripped), atLeast: true };
}

async function gather(sources: StatusSources, signal?: AbortSignal): Promise<Findings> {
  const [backendFault, servers, flags, readings, memory, storages, backups] = await Promise.all([
    sources.backend.ping(signal).then(
      () => undefined,
      (thrown) => asFault(thrown),
    ),
    sources.readServers(signal),
    sources.readFlags(signal),
    sources.readMetrics(signal).catch((thrown) => asFault(thrown)),
    sources.readMemory?.(signal),
    sources.countStorages?.(signal),
    sources.readBackups?.(signal).catch((thrown) => asFault(thrown)),
  ]);
  signal?.throwIfAborted();
  const { location } = sources.backend;
  return {
    readings,
    servers,
    flags,
    backend: { location, ...(backendFault ? { fault: backendFault } : {}) },
    unpersisted: unpersistedIn(readings),
    ...(memory ? { memory } : {}),
    ...(storages ? { storages } : {}),
    ...(backups ? { backups } : {}),
    unread: [
      ...(backendFault ? [{ source: location, fault: backendFault }] : []),
      ...servers.flatMap(({ server, fault }) => (fault ? [{ source: server, fault }] : [])),
      ...unreadMetrics(readings),
      ...unreadMemory(memory),
      ...uncounted(storages),
    ],
  };
}

function unreadMetrics(readings: Readings | Fault): Status['unread'] {
  if (readings instanceof Fault) return [{ source: 'metrics', fault: readings }];
  return readings.targets.flatMap(({ target, fault }) => (fault ? [{ source: target, fault }] : []));
}

/** A server without the admin API has nothing to read; one that does not answer at all is listed already. */
function unreadMemory(memory: Status['memory']): Status['unread'] {
  return (memory ?? []).flatMap((row) => {
    const known = 'value' in row || ['unsupported', 'platform-unreachable'].includes(row.fault.code);
    return known ? [] : [{ source: row.server, fault: row.fault }];
  });
}

/** One that is still being counted is not known yet, and nothing is wrong with it. */
function uncounted(storages: Status['storages']): Status['unread'] {
  return (storages ?? []).flatMap(({ location, counted }) =>
    counted instanceof Fault ? [{ source: location, fault: counted }] : [],
  );
}

/** Unknown as soon as one target is missing: its games are not in the sum. */
function unpersistedIn(readings: Readings | Fault): Status['unpersisted'] {
  if (readings instanceof Fault || readings.targets.some(({ fault }) => fault)) return undefined;
  const games = readings.signals.unpersistedGames;
  const oldest = readings.signals.unpersistedSeconds;
  if (games.kind === 'none' || oldest.kind === 'none') return undefined;
  return { games: games.value, deferred: games.by?.['by-plan'] ?? 0, oldestSeconds: oldest.value };
}
