import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { type RandomHex, randomHex } from '../base/ids.ts';
import { type Codec, createCodec } from './codec.ts';
import type { EngineObserver, EnginePolicy } from './engine.ts';
import { createHeldGames, type HeldGames } from './held.ts';
import { createHolds, type Holds } from './holds.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { EngineSettings } from './settings.ts';
import { strategies } from './strategy/catalogue.ts';
import type { Strategy } from './strategy/strategy.ts';

/** What an engine is made of. */
export interface EngineParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  readonly policy: EnginePolicy;
  readonly observer: EngineObserver;
  readonly random?: RandomHex;
}

/** The parts and what the engine keeps; shared by its operations. */
export interface EngineContext extends Required<EngineParts> {
  readonly codec: Codec;
  readonly strategy: Strategy;
  readonly games: HeldGames;
  readonly holds: Holds;
  readonly lanes: Lanes;
  /** Snapshots of one game one after the other, beside its transitions: these never wait for one. */
  readonly snapshotLanes: Lanes;
  /** What waits in them. */
  readonly snapshotsQueued: Set<string>;
}

/** @throws Fault `config-invalid` when the keys cannot be used; `wrong-use` for an impossible cache */
export function createContext(parts: EngineParts): EngineContext {
  const { settings, clock, observer } = parts;
  const { strategy, cacheGames: games, cacheTtlMs: ttlMs } = settings;
  const holds = createHolds(clock);
  return {
    random: randomHex,
    ...parts,
    codec: createCodec(settings),
    strategy: strategies[strategy](settings),
    games: createHeldGames({ games, ttlMs }, clock, {
      mayEnter: (id) => holds.of(id) === undefined,
      onLost: (lost) => observer.lost(lost),
    }),
    holds,
    lanes: createLanes(),
    snapshotLanes: createLanes(),
    snapshotsQueued: new Set(),
  };
}
