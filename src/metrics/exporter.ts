/** The metrics of one game server, for /metrics: the rows of the catalogue in a registry of their own. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DualWrite } from '../backend/dual-write/dual-write.ts';
import { type DualWriteListener, divergences } from '../backend/dual-write/mirror.ts';
import {
  type BackendKind,
  type BackendListener,
  type Census,
  type Observer,
  operations,
} from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { EngineObserver } from '../engine/engine.ts';
import type { Phase } from '../game/phases.ts';
import type { BackupFigures } from './backup-figures.ts';
import { type BreakerState, breakerStates, type MetricName, type MetricRow, metrics } from './catalogue.ts';

/**
 * Read at each scrape. One that throws, or has nothing to say (undefined), leaves its series out of that scrape
 * and nothing else: a gauge that is not known is absent, never 0 or the value of some time ago.
 */
export interface GaugeSources {
  activeGames(): Partial<Record<Phase, number>> | undefined;
  unpersisted():
    | { readonly games: number; readonly deferred?: number; readonly oldestAtMs: number | undefined }
    | undefined;
  breaker(): BreakerState | undefined;
  storage(): Pick<Census, 'usedBytes' | 'limitBytes'> | undefined;
  /** Only where somebody reads the archives: see `readBackupFigures`. */
  backups?(): BackupFigures | undefined;
  /** Only where dual writes are on. */
  dualWrite?(): Pick<DualWrite, 'diverging' | 'waiting'> | undefined;
}

interface ExporterOptions {
  readonly backend: BackendKind;
  readonly strategy: string;
  readonly clock: Clock;
  readonly gauges: GaugeSources;
}

export interface Exporter
  extends Observer,
    EngineObserver,
    DualWriteListener,
    Required<Pick<BackendListener, 'capacity'>> {
  readonly contentType: string;
  /** The text of one scrape. Never rejects. */
  expose(): Promise<string>;
}

type NameOf<Kind> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type GaugeName = NameOf<'gauge'>;
type CounterName = NameOf<'counter'>;
/** Values of labels that the catalogue leaves open and this server knows. */
type KnownValues = Readonly<Record<string, readonly string[]>>;
type Series = { readonly labels: Record<string, string>; readonly value: number };

const storageFaults = ['backend-unreachable', 'backend-denied', 'backend-failed', 'backend-missing'];

export function createExporter(options: ExporterOptions): Exporter {
  const registry = new Registry();
  const known = {
    backend: [options.backend],
    error_type: storageFaults,
    // Without dual writes there is nothing to count, and 0 would say that all is well.
    reason: options.gauges.dualWrite ? divergences : [],
    // Other backends count no capacity.
    operation: options.backend === 'dynamodb' ? Object.keys(operations) : [],
  };
  const counters = registerCounters(registry, known);
  const duration = registerHistogram(registry, 'state_operation_duration_seconds', known);
  const read = gaugeSeries(options);
  // The keys of `read` are the names of its type.
  for (const name of Object.keys(read) as GaugeName[]) registerGauge(registry, name, read[name]);

  return {
    contentType: registry.contentType,
    expose: () => registry.metrics(),
    operation({ operation, backend, outcome, error, seconds }) {
      // prom-client throws on NaN, which would fail the operation that was measured.
      if (Number.isFinite(seconds)) duration.observe({ operation, backend, outcome }, seconds);
      if (outcome === 'error') {
        counters.state_errors_total.inc({ operation, error_type: error ?? 'internal' });
      }
    },
    transition: ({ from, to, outcome }) =>
      counters.state_transitions_total.inc({ from_phase: from ?? 'none', to_phase: to, outcome }),
    snapshot: ({ trigger, outcome }) => counters.state_snapshots_total.inc({ trigger, outcome }),
    recovery: ({ mode, outcome }) => counters.state_recovery_attempts_total.inc({ mode, outcome }),
    capacity({ operation, reads, writes }) {
      counters.state_dynamodb_consumed_read_units_total.inc({ operation }, reads);
      counters.state_dynamodb_consumed_write_units_total.inc({ operation }, writes);
    },
    diverged: ({ reason }) => counters.state_dual_write_divergence_total.inc({ reason }),
    cache: ({ result }) => counters.state_cache_requests_total.inc({ cache: 'games', result }),
    validation: ({ type }) => counters.state_validation_errors_total.inc({ type }),
    overBound: () => counters.state_event_bound_exceeded_total.inc(),
    lost: ({ why, transitions }) => counters.state_lost_transitions_total.inc({ why }, transitions),
  };
}

/** One reader for each gauge of the catalogue. */
function gaugeSeries({
  backend,
  strategy,
  clock,
  gauges,
}: ExporterOptions): Record<GaugeName, () => Series[]> {
  const backups = () => gauges.backups?.();
  return {
    state_circuit_breaker_state() {
      const now = gauges.breaker();
      if (now === undefined) return [];
      return breakerStates.map((state) => ({
        labels: { breaker: 'storage', state },
        value: state === now ? 1 : 0,
      }));
    },
    state_active_games() {
      const counts = gauges.activeGames();
      if (!counts) return [];
      return metrics.state_active_games.labels.phase.map((phase) => ({
        labels: { phase },
        value: counts[phase] ?? 0,
      }));
    },
    state_unpersisted_games() {
      const unpersisted = gauges.unpersisted();
      if (!unpersisted) return [];
      const { games, deferred = 0 } = unpersisted;
      return [
        { labels: { waits: 'for-storage' }, value: games - deferred },
        { labels: { waits: 'by-plan' }, value: deferred },
      ];
    },
    state_unpersisted_oldest_seconds() {
      const unpersisted = gauges.unpersisted();
      if (!unpersisted) return [];
      const { oldestAtMs = clock.now() } = unpersisted;
      return unlabelled(Math.max(0, clock.now() - oldestAtMs) / 1000);
    },
    state_storage_used_bytes: () =>
      Object.entries(gauges.storage()?.usedBytes ?? {}).map(([component, value]) => ({
        labels: { backend, component },
        value,
      })),
    state_storage_limit_bytes: () =>
      unlabelled(gauges.storage()?.limitBytes).map(({ value }) => ({ labels: { backend }, value })),
    state_dual_write_diverging_games: () => unlabelled(gauges.dualWrite?.()?.diverging()),
    state_dual_write_waiting_writes: () => unlabelled(gauges.dualWrite?.()?.waiting()),
    state_backup_last_success_timestamp_seconds: () => unlabelled(inSeconds(backups()?.newest?.startedAtMs)),
    state_backup_last_verified_timestamp_seconds: () =>
      unlabelled(inSeconds(backups()?.verified?.startedAtMs)),
    state_backup_duration_seconds() {
      const newest = backups()?.newest;
      return unlabelled(inSeconds(newest && newest.endedAtMs - newest.startedAtMs));
    },
    state_backup_stored_bytes: () => unlabelled(backups()?.newest?.storedBytes),
    state_backup_raw_bytes: () => unlabelled(backups()?.newest?.rawBytes),
    state_backup_compression_ratio() {
      const newest = backups()?.newest;
      return unlabelled(newest && newest.rawBytes > 0 ? newest.rawBytes / newest.storedBytes : undefined);
    },
    state_backup_failed_runs: () => unlabelled(backups()?.failures),
    state_config_info: () => [{ labels: { strategy, backend }, value: 1 }],
  };
}

const inSeconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

const unlabelled = (value: number | undefined): Series[] =>
  value === undefined ? [] : [{ labels: {}, value }];

function registerGauge(registry: Registry, name: GaugeName, read: () => Series[]): void {
  const description = describe(registry, name);
  new Gauge({
    ...description,
    collect() {
      this.reset();
      // reset() puts a gauge without labels back at 0, a value that nobody measured.
      if (description.labelNames.length === 0) this.remove();
      try {
        for (const { labels, value } of read()) this.set(labels, value);
      } catch {
        // One rejected collect() would reject the whole scrape; the series that is missing tells.
      }
    },
  });
}

function registerCounters(registry: Registry, known: KnownValues): Record<CounterName, Counter> {
  // The keys of the catalogue are its names.
  const names = (Object.keys(metrics) as MetricName[]).filter((name) => metrics[name].kind === 'counter');
  const counters = names.map((name) => {
    const counter = new Counter(describe(registry, name));
    for (const labels of labelSets(metrics[name], known)) counter.inc(labels, 0);
    return [name, counter] as const;
  });
  // Holds: the names are those of the rows of kind counter.
  return Object.fromEntries(counters) as Record<CounterName, Counter>;
}

function registerHistogram(registry: Registry, name: 'state_operation_duration_seconds', known: KnownValues) {
  const row = metrics[name];
  const histogram = new Histogram({ ...describe(registry, name), buckets: [...row.buckets] });
  for (const labels of labelSets(row, known)) histogram.zero(labels);
  return histogram;
}

function describe(registry: Registry, name: MetricName) {
  const { help, labels } = metrics[name];
  return { name, help, labelNames: Object.keys(labels), registers: [registry] };
}

/** Every combination of the labels' values; none when a label's values are not known beforehand. */
function labelSets(row: MetricRow, known: KnownValues): Record<string, string>[] {
  return Object.entries(row.labels).reduce<Record<string, string>[]>(
    (sets, [label, values]) => {
      const choices = values.length > 0 ? values : (known[label] ?? []);
      return sets.flatMap((set) => choices.map((choice) => ({ ...set, [label]: choice })));
    },
    [{}],
  );
}
