import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { type RandomHex, randomHex } from '../base/ids.ts';
import type { GameId } from '../game/game.ts';
import { type Codec, createCodec } from './codec.ts';
import type { EngineObserver, EnginePolicy, EngineSettings } from './engine.ts';
import { createHeldGames, type HeldGames } from './held.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { hybrid } from './strategy/hybrid.ts';
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
  readonly lanes: Lanes;
  readonly snapshotsQueued: Set<GameId>;
}

export function createContext(parts: EngineParts): EngineContext {
  return {
    random: randomHex,
    ...parts,
    codec: createCodec(parts.settings),
    strategy: hybrid(parts.settings.snapshotIntervalMs),
    games: createHeldGames(parts.settings.cacheGames),
    lanes: createLanes(),
    snapshotsQueued: new Set(),
  };
}
