/** An engine with everything around it in a test's hands. */
import type { Backend } from '../../src/backend/port.ts';
import { createEngine } from '../../src/engine/create.ts';
import type { Engine, EngineObserver, EngineSettings } from '../../src/engine/engine.ts';
import { virtualClock } from './virtual-clock.ts';

type Seen = { readonly [K in keyof EngineObserver]: Parameters<EngineObserver[K]>[0][] };

export const productionSettings: EngineSettings = {
  snapshotIntervalMs: 300_000,
  snapshotsKept: 5,
  compactAfterEvents: 1000,
  cacheGames: 500,
  completedRetentionMs: 86_400_000,
  compression: true,
};

export interface EngineRoom {
  readonly engine: Engine;
  readonly clock: ReturnType<typeof virtualClock>;
  /** Set these to turn persistence and snapshots off and on. */
  readonly flags: { persist: boolean; snapshot: boolean };
  readonly seen: Seen;
}

export function engineRoom(
  backend: Backend,
  settings: Partial<EngineSettings> = {},
  clock = virtualClock(),
): EngineRoom {
  const flags = { persist: true, snapshot: true };
  const seen: Seen = { transition: [], snapshot: [], recovery: [], cache: [] };
  const engine = createEngine({
    backend,
    clock,
    settings: { ...productionSettings, ...settings },
    policy: { shouldPersist: () => flags.persist, shouldSnapshot: () => flags.snapshot },
    observer: {
      transition: (event) => seen.transition.push(event),
      snapshot: (event) => seen.snapshot.push(event),
      recovery: (event) => seen.recovery.push(event),
      cache: (event) => seen.cache.push(event),
    },
  });
  return { engine, clock, flags, seen };
}
