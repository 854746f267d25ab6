import type { KeyRing } from './encryption-keys.ts';
import type { Layer } from './given.ts';
import type { Values, VariableName } from './schema.ts';

/** What the engine takes, field by field; it declares the same itself, since it knows no configuration. */
export interface ConfiguredEngine {
  readonly strategy: Values['STATE_STRATEGY'];
  readonly snapshotIntervalMs: number;
  readonly snapshotsKept: number;
  readonly compactAfterEvents: number;
  readonly maxEvents: number;
  readonly cacheGames: number;
  readonly cacheTtlMs?: number;
  readonly batchGames: number;
  readonly compression: boolean;
  readonly asyncSnapshots: boolean;
  readonly persistIntervalMs: number;
  readonly snapshotRetentionMs: number;
  readonly eventRetentionMs: number;
  readonly completedRetentionMs: number;
  readonly keys?: KeyRing;
  readonly formerKeys?: KeyRing['keys'];
  readonly validate: boolean;
}

export function engineSettings(values: Values): ConfiguredEngine {
  const { STATE_CACHE_TTL: ttl, STATE_ENCRYPTION_KEYS: keys } = values;
  return {
    strategy: values.STATE_STRATEGY,
    snapshotIntervalMs: values.STATE_SNAPSHOT_INTERVAL,
    snapshotsKept: values.STATE_SNAPSHOTS_KEPT,
    compactAfterEvents: values.STATE_COMPACT_AFTER,
    maxEvents: values.STATE_MAX_EVENTS,
    cacheGames: values.STATE_CACHE_SIZE,
    ...(ttl === 'none' ? {} : { cacheTtlMs: ttl }),
    batchGames: values.STATE_BATCH_SIZE,
    compression: values.STATE_COMPRESSION,
    asyncSnapshots: values.ASYNC_SNAPSHOTS,
    persistIntervalMs: values.STATE_PERSIST_INTERVAL,
    snapshotRetentionMs: values.SNAPSHOT_RETENTION_DAYS,
    eventRetentionMs: values.EVENT_RETENTION_DAYS,
    completedRetentionMs: values.COMPLETED_GAME_RETENTION_HOURS,
    ...(keys && (values.STATE_ENCRYPTION ? { keys } : { formerKeys: keys.keys })),
    validate: true,
  };
}

const fields: Readonly<Record<Exclude<keyof ConfiguredEngine, 'validate'>, VariableName>> = {
  strategy: 'STATE_STRATEGY',
  snapshotIntervalMs: 'STATE_SNAPSHOT_INTERVAL',
  snapshotsKept: 'STATE_SNAPSHOTS_KEPT',
  compactAfterEvents: 'STATE_COMPACT_AFTER',
  maxEvents: 'STATE_MAX_EVENTS',
  cacheGames: 'STATE_CACHE_SIZE',
  cacheTtlMs: 'STATE_CACHE_TTL',
  batchGames: 'STATE_BATCH_SIZE',
  compression: 'STATE_COMPRESSION',
  asyncSnapshots: 'ASYNC_SNAPSHOTS',
  persistIntervalMs: 'STATE_PERSIST_INTERVAL',
  snapshotRetentionMs: 'SNAPSHOT_RETENTION_DAYS',
  eventRetentionMs: 'EVENT_RETENTION_DAYS',
  completedRetentionMs: 'COMPLETED_GAME_RETENTION_HOURS',
  keys: 'STATE_ENCRYPTION_KEYS',
  formerKeys: 'STATE_ENCRYPTION_KEYS',
};

/** Only what somebody chose, for an engine that has defaults of its own. */
export function chosenSettings(engine: ConfiguredEngine, given: Layer): Partial<ConfiguredEngine> {
  const isChosen = (variable: VariableName) => (given[variable]?.source.kind ?? 'default') !== 'default';
  const names = Object.entries(fields)
    .filter(([, variable]) => isChosen(variable))
    .map(([field]) => field);
  return Object.fromEntries(Object.entries(engine).filter(([field]) => names.includes(field)));
}
