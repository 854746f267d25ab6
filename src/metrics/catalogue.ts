/**
 * Every metric, once: the exporter registers these rows, reading sources compute from them, and rules and
 * dashboards will be generated from them. `labels` lists each label's values where they are known, so that every
 * series exists at 0 from the start: a failure counter born at 1 never fires its alert.
 */
import { operations } from '../backend/port.ts';
import { whysLost } from '../engine/memory.ts';
import { phases } from '../game/phases.ts';
import { snapshotTriggers } from '../game/record.ts';
import { problemTypes } from '../game/validity.ts';

const outcomes = ['ok', 'error'] as const;
const recoveryOutcomes = ['success', 'partial', 'failure', 'not_found'] as const;
const recoveryModes = ['latest', 'snapshot', 'point-in-time', 'before-error'] as const;
export const breakerStates = ['closed', 'open', 'half_open'] as const;
export type BreakerState = (typeof breakerStates)[number];

export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Values of each label; an empty list means they are only known at run time, and are few. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly buckets?: readonly number[];
}

export const metrics = {
  state_transitions_total: {
    kind: 'counter',
    help: 'Game transitions handed to the engine, by phase and whether they were persisted.',
    labels: { from_phase: ['none', ...phases], to_phase: phases, outcome: ['ok', 'error', 'unpersisted'] },
  },
  state_operation_duration_seconds: {
    kind: 'histogram',
    help: 'Time of each operation on the storage backend. A call that an open breaker rejects counts as an error.',
    labels: { operation: Object.keys(operations), backend: [], outcome: outcomes },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  state_errors_total: {
    kind: 'counter',
    help: 'Failed operations on the storage backend, by stable fault code.',
    labels: { operation: Object.keys(operations), error_type: [] },
  },
  state_snapshots_total: {
    kind: 'counter',
    help: 'Snapshots taken.',
    labels: { trigger: snapshotTriggers, outcome: outcomes },
  },
  state_recovery_attempts_total: {
    kind: 'counter',
    help: 'Games rebuilt from storage.',
    labels: { mode: recoveryModes, outcome: recoveryOutcomes },
  },
  state_cache_requests_total: {
    kind: 'counter',
    help: 'Look-ups in the cache of games.',
    labels: { cache: ['games'], result: ['hit', 'miss'] },
  },
  state_validation_errors_total: {
    kind: 'counter',
    help: 'Problems for which transitions were refused: nothing of them was written or played.',
    labels: { type: problemTypes },
  },
  state_event_bound_exceeded_total: {
    kind: 'counter',
    help: 'Transitions stored beyond the bound of events, because snapshots are off and nothing may take their place.',
    labels: {},
  },
  state_lost_transitions_total: {
    kind: 'counter',
    help: 'Transitions that memory let go of though storage never took them, by why.',
    labels: { why: whysLost },
  },
  state_circuit_breaker_state: {
    kind: 'gauge',
    help: 'State set of the circuit breaker: 1 for the state it is in, 0 for the others.',
    labels: { breaker: ['storage'], state: breakerStates },
  },
  state_active_games: {
    kind: 'gauge',
    help: 'Games that this server holds, by phase, without finished ones.',
    labels: { phase: phases.filter((phase) => phase !== 'GAME_OVER') },
  },
  state_unpersisted_games: {
    kind: 'gauge',
    help: 'Games whose newest state waits in the memory of this server: for storage, or by plan, as its strategy has it.',
    labels: { waits: ['for-storage', 'by-plan'] },
  },
  state_unpersisted_oldest_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest transition that is only in memory; 0 when there is none.',
    labels: {},
  },
  state_storage_used_bytes: {
    kind: 'gauge',
    help: 'Stored (compressed) bytes by component. Shared by all servers: use max by, not sum.',
    labels: { backend: [], component: [] },
  },
  state_storage_limit_bytes: {
    kind: 'gauge',
    help: 'Size at which the backend is full; absent when it has no limit.',
    labels: { backend: [] },
  },
  state_dynamodb_consumed_read_units_total: {
    kind: 'counter',
    help: 'Read capacity units that DynamoDB says it took. No series on other backends.',
    labels: { operation: [] },
  },
  state_dynamodb_consumed_write_units_total: {
    kind: 'counter',
    help: 'Write capacity units that DynamoDB says it took; a write that its condition refused is not told.',
    labels: { operation: [] },
  },
  state_dual_write_divergence_total: {
    kind: 'counter',
    help: 'Writes that the secondary of dual writes did not follow. No series without dual writes.',
    labels: { reason: [] },
  },
  state_dual_write_diverging_games: {
    kind: 'gauge',
    help: 'Games that the secondary is not known to hold as the primary does. Absent without dual writes.',
    labels: {},
  },
  state_dual_write_waiting_writes: {
    kind: 'gauge',
    help: 'Writes that the primary has and the secondary was not asked for yet. Absent without dual writes.',
    labels: {},
  },
  state_backup_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the newest backup of everything began to read, validated or not. Absent without one.',
    labels: {},
  },
  state_backup_last_verified_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the newest backup of everything that a validation has passed began to read: its age is what a loss of the storage would cost. Absent without one.',
    labels: {},
  },
  state_backup_duration_seconds: {
    kind: 'gauge',
    help: 'How long the newest backup of everything took to read the games.',
    labels: {},
  },
  state_backup_stored_bytes: {
    kind: 'gauge',
    help: 'Size of the newest backup of everything, as it is stored.',
    labels: {},
  },
  state_backup_raw_bytes: {
    kind: 'gauge',
    help: 'Size of what is in the newest backup of everything.',
    labels: {},
  },
  state_backup_compression_ratio: {
    kind: 'gauge',
    help: 'Raw bytes of the newest backup of everything for each stored one.',
    labels: {},
  },
  state_backup_failed_runs: {
    kind: 'gauge',
    help: 'Backup runs since the newest verified backup that did not end as done. Absent where nobody keeps count.',
    labels: {},
  },
  state_config_info: {
    kind: 'gauge',
    help: 'Always 1; its labels say how the engine is configured.',
    labels: { strategy: [], backend: [] },
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metrics;
