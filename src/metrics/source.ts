import type { Fault } from '../base/fault.ts';
import type { Unit } from '../base/units.ts';

export type { Unit };

/** What panels, verdicts and runbooks read, once, whatever the metrics come from. */
export const signals = {
  /** `by` outcome: `ok` and `error` went to storage, `unpersisted` did not; one that had none is left out. */
  transitions: { title: 'Transitions', unit: 'per-second' },
  /** Appends and snapshots sent to storage, whether they succeeded, failed or met an open breaker. */
  storageWrites: { title: 'Storage writes', unit: 'per-second' },
  errorRatio: { title: 'Error ratio', unit: 'ratio' },
  latencyP50: { title: 'Latency p50', unit: 'seconds' },
  latencyP95: { title: 'Latency p95', unit: 'seconds' },
  latencyP99: { title: 'Latency p99', unit: 'seconds' },
  cacheHitRatio: { title: 'Cache hit ratio', unit: 'ratio' },
  /** `by` phase. */
  activeGames: { title: 'Active games', unit: 'games' },
  /** `by` component. */
  storageUsed: { title: 'Storage used', unit: 'bytes' },
  storageLimit: { title: 'Storage limit', unit: 'bytes' },
  snapshots: { title: 'Snapshots', unit: 'per-minute' },
  snapshotFailures: { title: 'Snapshot failures', unit: 'per-minute' },
  recoveries: { title: 'Recoveries', unit: 'per-minute' },
  recoveryFailureRatio: { title: 'Recovery failures', unit: 'ratio' },
  /** How many servers' breakers are not closed; `by` state. */
  breakersOpen: { title: 'Circuit breakers open', unit: 'servers' },
  /** `by` what they wait: `for-storage` or `by-plan`. */
  unpersistedGames: { title: 'Unpersisted games', unit: 'games' },
  unpersistedSeconds: { title: 'Oldest unpersisted', unit: 'seconds' },
  /** `by` reason. The three of dual writes have no data where there are none. */
  dualWriteDivergence: { title: 'Dual writes not followed', unit: 'per-minute' },
  dualWriteDiverging: { title: 'Games diverging', unit: 'games' },
  dualWriteWaiting: { title: 'Dual writes waiting', unit: 'writes' },
} as const satisfies Record<string, { title: string; unit: Unit }>;

export type SignalId = keyof typeof signals;

export const isSignalId = (text: string): text is SignalId => Object.hasOwn(signals, text);

export type Reading =
  | { readonly kind: 'value'; readonly value: number; readonly by?: Readonly<Record<string, number>> }
  /** No series, no traffic in the window, or too few scrapes yet: never to be shown as 0. */
  | { readonly kind: 'none'; readonly why: string };

export interface Readings {
  /** When the newest sample behind these readings was taken. */
  readonly atMs: number;
  /** The window that rates and quantiles cover. */
  readonly windowMs: number;
  readonly signals: Readonly<Record<SignalId, Reading>>;
  /** One row for each target. */
  readonly targets: readonly TargetRow[];
}

export interface TargetRow {
  readonly target: string;
  /** It did not answer, and the readings miss its share. */
  readonly fault?: Fault;
  /**
   * The stretch up to its newest sample that rates and quantiles cover without a gap: a window or a little more
   * once it has been watched for so long. 0 before its second sample, and where it is not given: they miss its share.
   */
  readonly coveredMs?: number;
}

/** The longest time that the rates of these readings cover, milliseconds; 0 when the source does not tell. */
export const coveredBy = ({ targets }: Readings): number =>
  Math.max(0, ...targets.map(({ coveredMs }) => coveredMs ?? 0));

export interface Point {
  readonly atMs: number;
  /** undefined: no data at this time. */
  readonly value: number | undefined;
}

export interface MetricSource {
  /** For people: where the figures come from, like `scrape of 2 targets`. */
  readonly name: string;
  /**
   * Callers at the same time share one read; a signal ends its own caller's wait.
   * @throws Fault `platform-unreachable` when no target at all answered.
   */
  read(signal?: AbortSignal): Promise<Readings>;
  /** Points of one signal, oldest first, at most as far back as the source knows; never changed afterwards. */
  history(id: SignalId): readonly Point[];
}
