import type { Clock } from '../../src/base/clock.ts';

/** The one clock of the screen: every age on it changes in the same frame. */
export interface Ticker {
  now(): number;
  subscribe(ticked: () => void): () => void;
}

const tickMs = 1000;

export function createTicker(clock: Clock): Ticker {
  const listeners = new Set<() => void>();
  let now = clock.now();
  let loop: AbortController | undefined;

  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await clock.sleep(tickMs, signal).catch(() => {});
      if (signal.aborted) return;
      now = clock.now();
      for (const listener of listeners) listener();
    }
  };

  return {
    now: () => now,
    subscribe(ticked) {
      listeners.add(ticked);
      if (!loop) {
        now = clock.now();
        loop = new AbortController();
        void run(loop.signal);
      }
      return () => {
        listeners.delete(ticked);
        if (listeners.size > 0) return;
        loop?.abort();
        loop = undefined;
      };
    },
  };
}
