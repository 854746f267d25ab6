import type { EngineSettings } from './engine.ts';

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
