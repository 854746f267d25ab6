import type { Reading, SignalId } from '../metrics/source.ts';

export type Severity = 'critical' | 'warning';

/** One row an alert: the built-in rules of the console, and what rule files will be generated from. */
export interface AlertRow {
  readonly severity: Severity;
  readonly signal: SignalId;
  readonly fires: 'above' | 'below';
  /** In the signal's unit. */
  readonly threshold: number;
  /** How long the condition must hold before a person is paged. */
  readonly forMs: number;
  readonly answerWithinMs: number;
  /** Id of the runbook to open. */
  readonly runbook: string;
  /** What it means, in an operator's words. */
  readonly summary: string;
}

const minuteMs = 60_000;

export const alerts = {
  CircuitBreakerOpen: {
    severity: 'critical',
    signal: 'breakersOpen',
    fires: 'above',
    threshold: 0,
    forMs: minuteMs,
    answerWithinMs: 5 * minuteMs,
    runbook: 'disable-persistence',
    summary: 'A circuit breaker is open: games go on without being saved',
  },
  HighStateErrorRate: {
    severity: 'critical',
    signal: 'errorRatio',
    fires: 'above',
    threshold: 0.05,
    forMs: 5 * minuteMs,
    answerWithinMs: 5 * minuteMs,
    runbook: 'disable-persistence',
    summary: 'Storage operations fail',
  },
  StateRecoveryFailures: {
    severity: 'critical',
    signal: 'recoveryFailureRatio',
    fires: 'above',
    threshold: 0.01,
    forMs: 10 * minuteMs,
    answerWithinMs: 5 * minuteMs,
    runbook: 'disable-persistence',
    summary: 'Games cannot be recovered from storage',
  },
  SlowStateOperations: {
    severity: 'warning',
    signal: 'latencyP99',
    fires: 'above',
    threshold: 0.1,
    forMs: 5 * minuteMs,
    answerWithinMs: 30 * minuteMs,
    runbook: 'disable-persistence',
    summary: 'Storage operations are slow',
  },
  LowCacheHitRate: {
    severity: 'warning',
    signal: 'cacheHitRatio',
    fires: 'below',
    threshold: 0.8,
    forMs: 10 * minuteMs,
    answerWithinMs: 30 * minuteMs,
    runbook: 'disable-persistence',
    summary: 'The cache of games misses too often',
  },
  HighStorageUsage: {
    severity: 'warning',
    signal: 'storageUsed',
    fires: 'above',
    threshold: 10e9,
    forMs: 30 * minuteMs,
    answerWithinMs: 30 * minuteMs,
    runbook: 'disable-persistence',
    summary: 'Storage fills up',
  },
} as const satisfies Record<string, AlertRow>;

export type AlertName = keyof typeof alerts;

/** Whether the condition holds now; undefined when the reading cannot tell. */
export function conditionHolds(row: AlertRow, reading: Reading): boolean | undefined {
  if (reading.kind === 'none') return undefined;
  return row.fires === 'above' ? reading.value > row.threshold : reading.value < row.threshold;
}
