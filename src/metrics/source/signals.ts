/** How each signal is computed from a scrape: one row a signal. */
import type { Operation } from '../../backend/port.ts';
import type { MetricName } from '../catalogue.ts';
import type { Reading, SignalId } from '../source.ts';
import { quantileOf } from './quantile.ts';
import { increasesOf, type TargetWindow } from './window.ts';

/** The targets that answered. */
type Fleet = readonly TargetWindow[];
type Labels = Readonly<Record<string, string>>;
type Where = (labels: Labels) => boolean;
type Compute = (fleet: Fleet) => Reading;

const all: Where = () => true;
const has =
  (label: string, ...values: readonly string[]): Where =>
  (labels) =>
    values.includes(labels[label] ?? '');

/** What a game waits for; scans and pings would hide it. */
const gameOperations: readonly Operation[] = ['append', 'read', 'putSnapshot'];

const writeOperations: readonly Operation[] = ['append', 'putSnapshot'];

export const compute: Readonly<Record<SignalId, Compute>> = {
  transitions: rate('state_transitions_total', all, 1, 'outcome'),
  storageWrites: rate('state_operation_duration_seconds', has('operation', ...writeOperations), 1),
  errorRatio: ratio('state_operation_duration_seconds', has('outcome', 'error'), all),
  latencyP50: latency(0.5),
  latencyP95: latency(0.95),
  latencyP99: latency(0.99),
  cacheHitRatio: ratio('state_cache_requests_total', has('result', 'hit'), all),
  activeGames: gauge('state_active_games', 'phase', sum),
  // Every server reports the same shared storage.
  storageUsed: gauge('state_storage_used_bytes', 'component', max),
  storageLimit: gauge('state_storage_limit_bytes', undefined, max),
  snapshots: rate('state_snapshots_total', has('outcome', 'ok'), 60),
  snapshotFailures: rate('state_snapshots_total', has('outcome', 'error'), 60),
  recoveries: rate('state_recovery_attempts_total', all, 60),
  // A recovery that finds nothing is neither success nor failure; a partial one is a failure.
  recoveryFailureRatio: ratio(
    'state_recovery_attempts_total',
    has('outcome', 'failure', 'partial'),
    has('outcome', 'failure', 'partial', 'success'),
  ),
  breakersOpen,
  unpersistedGames: gauge('state_unpersisted_games', 'waits', sum),
  unpersistedSeconds: gauge('state_unpersisted_oldest_seconds', undefined, max),
  dualWriteDivergence: rate('state_dual_write_divergence_total', all, 60, 'reason'),
  dualWriteDiverging: gauge('state_dual_write_diverging_games', undefined, sum),
  dualWriteWaiting: gauge('state_dual_write_waiting_writes', undefined, sum),
};

const none = (why: string): Reading => ({ kind: 'none', why });
const value = (value: number, by?: Readonly<Record<string, number>>): Reading => ({
  kind: 'value',
  value,
  ...(by ? { by } : {}),
});

/**
 * Sum of the targets' increases, each over the time that its own scrapes cover.
 * @param by label to split the value by
 */
function rate(metric: MetricName, where: Where, perSeconds: number, by?: string): Compute {
  return overTime(metric, (fleet) => {
    const rates = fleet.flatMap((target) =>
      increasesOf(target, countOf(metric))
        .filter(({ labels }) => where(labels))
        .map(({ labels, value }) => ({ labels, value: (value / target.coveredMs) * 1000 * perSeconds })),
    );
    return value(
      sum(rates.map((part) => part.value)),
      by ? sumBy(rates, ({ labels }) => labels[by] ?? '') : undefined,
    );
  });
}

/** The series that counts: a histogram's is its own. */
const countOf = (metric: MetricName) =>
  metric === 'state_operation_duration_seconds' ? `${metric}_count` : metric;

function ratio(metric: MetricName, part: Where, whole: Where): Compute {
  return overTime(metric, (fleet) => {
    const name = countOf(metric);
    const of = increase(fleet, name, whole);
    return of === 0 ? none('nothing happened in this time') : value(increase(fleet, name, part) / of);
  });
}

function latency(quantile: number): Compute {
  return overTime('state_operation_duration_seconds', (fleet) => {
    const rises = fleet
      .flatMap((target) => increasesOf(target, bucketSeries))
      .filter(({ labels }) => has('operation', ...gameOperations)(labels));
    // A bucket that did not rise is the lower edge of the next one.
    const edges = latestOf(fleet, bucketSeries).map(({ labels }) => ({ labels, value: 0 }));
    const counts = sumBy([...edges, ...rises], ({ labels }) => labels.le ?? '');
    const buckets = Object.entries(counts).map(([le, count]) => ({ upperBound: boundOf(le), count }));
    const seconds = quantileOf(quantile, buckets);
    return seconds === undefined ? none('no operation in this time') : value(seconds);
  });
}

const bucketSeries = 'state_operation_duration_seconds_bucket';
const boundOf = (le: string) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le));

/** @param by label to split the value by; `merge` joins what several targets say of one split */
function gauge(
  metric: MetricName,
  by: string | undefined,
  merge: (values: readonly number[]) => number,
): Compute {
  return (fleet) => {
    const samples = latestOf(fleet, metric);
    if (samples.length === 0) return none(`no target reports ${metric}`);
    const groups = Object.groupBy(samples, ({ labels }) => (by && labels[by]) ?? '');
    const merged = Object.entries(groups).map(
      ([key, group = []]) => [key, merge(group.map((sample) => sample.value))] as const,
    );
    return value(sum(merged.map(([, amount]) => amount)), by ? Object.fromEntries(merged) : undefined);
  };
}

function breakersOpen(fleet: Fleet): Reading {
  const current = latestOf(fleet, 'state_circuit_breaker_state').filter((sample) => sample.value === 1);
  if (current.length === 0) return none('no target reports state_circuit_breaker_state');
  const by = sumBy(current, ({ labels }) => labels.state ?? '');
  return value(current.length - (by.closed ?? 0), by);
}

/** Leaves out targets that were scraped once only, and tells the reasons apart for which there is nothing. */
function overTime(metric: MetricName, measure: Compute): Compute {
  return (fleet) => {
    const exporting = fleet.filter(({ latest }) =>
      latest.samples.some(({ name }) => name.startsWith(metric)),
    );
    if (exporting.length === 0) return none(`no target reports ${metric}`);
    const covered = exporting.filter(({ coveredMs }) => coveredMs > 0);
    return covered.length === 0 ? none('needs two scrapes') : measure(covered);
  };
}

function increase(fleet: Fleet, name: string, where: Where): number {
  const samples = fleet.flatMap((target) => increasesOf(target, name));
  return sum(samples.filter(({ labels }) => where(labels)).map((sample) => sample.value));
}

/** Samples without a number (NaN) say nothing, and are left out. */
function latestOf(fleet: Fleet, name: string) {
  return fleet.flatMap(({ latest }) =>
    latest.samples.filter((sample) => sample.name === name && !Number.isNaN(sample.value)),
  );
}

function sumBy<T extends { readonly value: number }>(items: readonly T[], key: (item: T) => string) {
  const sums: Record<string, number> = {};
  for (const item of items) sums[key(item)] = (sums[key(item)] ?? 0) + item.value;
  return sums;
}

function max(values: readonly number[]): number {
  return Math.max(...values);
}

function sum(values: readonly number[]): number {
  return values.reduce((left, right) => left + right, 0);
}
