/** An engine with everything around it in a test's hands. */
import type { Backend } from '../../src/backend/port.ts';
import { createCodec } from '../../src/engine/codec.ts';
import { createEngine } from '../../src/engine/create.ts';
import type { Engine, EngineObserver } from '../../src/engine/engine.ts';
import type { EngineSettings, StrategyName } from '../../src/engine/settings.ts';
import { productionSettings } from '../../src/engine/settings.ts';
import { strategies } from '../../src/engine/strategy/catalogue.ts';
import { virtualClock } from './virtual-clock.ts';

type Seen = { readonly [K in keyof EngineObserver]: Parameters<EngineObserver[K]>[0][] };

/** Reads what an engine without keys wrote. */
export const plainCodec = createCodec({ compression: true });

const testKeys = { current: 'k1', keys: new Map([['k1', new Uint8Array(32).fill(1)]]) };

/** Reads what any engine of a test wrote. */
export const testCodec = createCodec({ compression: true, keys: testKeys });

/** Every way in which an engine writes. */
export const writings = Object.keys(strategies).flatMap((name) => {
  // The keys of the catalogue are its names.
  const strategy = name as StrategyName;
  return [
    { how: strategy, settings: { strategy } },
    { how: `${strategy}, encrypted`, settings: { strategy, keys: testKeys } },
  ];
});

/** Those of production; the states of most tests are no games. */
const roomSettings: EngineSettings = { ...productionSettings, validate: false };

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
  const seen: Seen = {
    transition: [],
    snapshot: [],
    recovery: [],
    cache: [],
    validation: [],
    overBound: [],
    lost: [],
  };
  const engine = createEngine({
    backend,
    clock,
    settings: { ...roomSettings, ...settings },
    policy: { shouldPersist: () => flags.persist, shouldSnapshot: () => flags.snapshot },
    observer: {
      transition: (event) => seen.transition.push(event),
      snapshot: (event) => seen.snapshot.push(event),
      recovery: (event) => seen.recovery.push(event),
      cache: (event) => seen.cache.push(event),
      validation: (event) => seen.validation.push(event),
      overBound: (event) => seen.overBound.push(event),
      lost: (event) => seen.lost.push(event),
    },
  });
  return { engine, clock, flags, seen };
}
