import type { Clock } from '../../src/base/clock.ts';

/** The one clock of the screen: every age on it changes in the same frame. */
export interface Ticker {
  now(): number;
  subscribe(ticked: () => void): () => void;
}

const tickMs = 1000;
/** A beat that is later than this has failed to come. */
const lateMs = 1300;

interface Beat {
  subscribe(beaten: () => void): () => void;
}

/**
 * Moves with each `beat`, a feed read once a second, so that new figures and their ages take one frame instead of two;
 * by itself once the beat stays away.
 */
export function createTicker(clock: Clock, beat: Beat): Ticker {
  const listeners = new Set<() => void>();
  let now = clock.now();
  let stop: (() => void) | undefined;

  const tick = () => {
    now = clock.now();
    for (const listener of listeners) listener();
  };

  // Also where the clock was set back.
  const sinceTick = () => Math.abs(clock.now() - now);

  const start = () => {
    const end = new AbortController();
    const leave = beat.subscribe(tick);
    const watch = async () => {
      let patienceMs = lateMs;
      while (!end.signal.aborted) {
        const leftMs = Math.min(patienceMs, Math.max(1, patienceMs - sinceTick()));
        await clock.sleep(leftMs, end.signal).catch(() => {});
        if (end.signal.aborted) return;
        const late = sinceTick() >= patienceMs;
        if (late) tick();
        patienceMs = late ? tickMs : lateMs;
      }
    };
    now = clock.now();
    void watch();
    return () => {
      leave();
      end.abort();
    };
  };

  return {
    now: () => now,
    subscribe(ticked) {
      listeners.add(ticked);
      stop ??= start();
      return () => {
        listeners.delete(ticked);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}
