import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { Backend, BackendKind } from './port.ts';

/** Where a backend is and how long it may take; each takes what it needs. */
export interface BackendSettings {
  readonly clock: Clock;
  /** For `embedded`. */
  readonly folder: string;
  /** For `redis`. */
  readonly url: string;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
}

interface BackendRow {
  readonly kind: BackendKind;
  /** Loads the client on demand. Opening never waits for the backend: the first call does. */
  open(settings: BackendSettings): Promise<Backend>;
}

export const backends: readonly BackendRow[] = [
  {
    kind: 'embedded',
    open: async (settings) => (await import('./embedded/embedded.ts')).openEmbedded(settings),
  },
  { kind: 'redis', open: async (settings) => (await import('./redis/redis.ts')).openRedis(settings) },
];

/** @throws Fault `unsupported` for a kind without a row. */
export async function openBackend(kind: BackendKind, settings: BackendSettings): Promise<Backend> {
  const row = backends.find((candidate) => candidate.kind === kind);
  if (row) return row.open(settings);
  throw new Fault('unsupported', `This version cannot use ${kind} as a backend`, {
    next: `Set STATE_STORAGE_BACKEND to one of: ${backends.map((known) => known.kind).join(', ')}`,
  });
}
