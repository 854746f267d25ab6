import type { KeyRing } from './seal.ts';

export type StrategyName = 'hybrid' | 'snapshot-only' | 'event-sourced';

/** Units as in the names; `productionSettings` are those of production. */
export interface EngineSettings {
  readonly strategy: StrategyName;
  readonly snapshotIntervalMs: number;
  readonly snapshotsKept: number;
  /** Events older than the oldest kept snapshot are dropped once there are more than this. */
  readonly compactAfterEvents: number;
  /** With this many events a game is snapshot and compacted in any case. */
  readonly maxEvents: number;
  /** Games in memory beside those that wait for storage. */
  readonly cacheGames: number;
  /** How long a game that nobody asks for stays in memory; for ever, within `cacheGames`, when left out. */
  readonly cacheTtlMs?: number;
  /** Games caught up at the same time after an outage. */
  readonly batchGames: number;
  /** Deflates snapshots; events never are. */
  readonly compression: boolean;
  /** Deflates them on another thread. */
  readonly asyncSnapshots: boolean;
  /** What is only in memory because the strategy does not write every transition is written after this at the latest. */
  readonly persistIntervalMs: number;
  readonly snapshotRetentionMs: number;
  readonly eventRetentionMs: number;
  /** How long memory keeps a finished game that storage does not take. */
  readonly completedRetentionMs: number;
  /** Encrypts what is written. */
  readonly keys?: KeyRing;
  /** Opens what was encrypted before, where nothing is encrypted any more. */
  readonly formerKeys?: KeyRing['keys'];
  /** Refuses transitions whose state is not that of a valid game. */
  readonly validate: boolean;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What production runs with unless it is told otherwise. */
export const productionSettings: EngineSettings = {
  strategy: 'hybrid',
  snapshotIntervalMs: 5 * minuteMs,
  snapshotsKept: 5,
  compactAfterEvents: 1000,
  maxEvents: 5000,
  cacheGames: 500,
  batchGames: 50,
  compression: true,
  asyncSnapshots: true,
  persistIntervalMs: minuteMs / 2,
  snapshotRetentionMs: 7 * dayMs,
  eventRetentionMs: 30 * dayMs,
  completedRetentionMs: dayMs,
  validate: true,
};
