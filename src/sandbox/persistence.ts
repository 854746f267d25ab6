/** The persistence layer of one game server, put together as a real one would. */
import { type Breaker, type BreakerSettings, withBreaker } from '../backend/breaker.ts';
import { observed } from '../backend/observed.ts';
import type { Backend, Census } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineSettings } from '../engine/settings.ts';
import { productionSettings } from '../engine/settings.ts';
import { createExporter, type Exporter, type GaugeSources } from '../metrics/exporter.ts';
import type { FlagView } from './flag-view.ts';
import type { Chance } from './random.ts';

export interface Persistence {
  readonly engine: Engine;
  /** With breaker and metrics about it. */
  readonly backend: Backend;
  readonly breaker: Breaker;
  readonly exporter: Exporter;
  /** Counts what is stored, for the metrics. */
  takeCensus(signal: AbortSignal): Promise<void>;
}

interface PersistenceOptions {
  readonly storage: Backend;
  readonly flags: Pick<FlagView, 'isOn'>;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly activeGames: GaugeSources['activeGames'];
  readonly breaker?: BreakerSettings;
  readonly engineSettings?: Partial<EngineSettings>;
}

/** Production's, shortened so that all of it can be seen within minutes. */
const shortened: EngineSettings = {
  ...productionSettings,
  snapshotIntervalMs: 60_000,
  cacheGames: 40,
  completedRetentionMs: 4 * 60_000,
};

const censusMaxAgeMs = 30_000;

export function createPersistence(options: PersistenceOptions): Persistence {
  const { storage, flags, clock, chance, activeGames } = options;
  const engineSettings = { ...shortened, ...options.engineSettings };
  let census: Census | undefined;

  const guarded = withBreaker(storage, clock, options.breaker);
  const exporter = createExporter({
    backend: storage.kind,
    strategy: engineSettings.strategy,
    clock,
    gauges: {
      activeGames,
      unpersisted: () => engine.unpersisted(),
      breaker: () => guarded.breaker.state().state,
      storage: () => (census && clock.now() - census.atMs <= censusMaxAgeMs ? census : undefined),
    },
  });
  const backend = observed(guarded, exporter);
  const engine = createEngine({
    backend,
    clock,
    settings: engineSettings,
    policy: {
      shouldPersist: (id) => flags.isOn('use_state_persistence', id),
      shouldSnapshot: (id) => flags.isOn('enable_state_snapshots', id),
    },
    observer: exporter,
    random: chance.hex,
  });
  return {
    engine,
    backend,
    breaker: guarded.breaker,
    exporter,
    async takeCensus(signal) {
      census = await backend.census(signal).catch((thrown) => {
        // A figure that could not be renewed is absent, not old.
        census = undefined;
        throw thrown;
      });
    },
  };
}
