import type { Clock } from '../base/clock.ts';

/** Resolves when the games after these may be read. */
export type Pace = (games: number, signal?: AbortSignal) => Promise<void>;

export const unpaced: Pace = async () => {};

/** At most so many games a second; what was missed while the storage was slow is not made up for. */
export function createPace(gamesPerSecond: number, clock: Clock): Pace {
  let nextAtMs = clock.now();
  return async (games, signal) => {
    const now = clock.now();
    nextAtMs = Math.max(now, nextAtMs) + (games * 1000) / gamesPerSecond;
    if (nextAtMs > now) await clock.sleep(nextAtMs - now, signal);
  };
}
