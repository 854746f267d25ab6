/** How fast a piece of work goes, and how long it will take, both from its beginning. */
import type { Clock } from '../base/clock.ts';

/** Nothing before it means something. */
export interface Rate {
  readonly perSecond?: number;
  /** Where the total is known. */
  readonly etaMs?: number;
}

/** Before that a rate is only noise. */
const knownAfterMs = 2_000;

export function createRate({ now }: Pick<Clock, 'now'>) {
  let work = '';
  let beganAtMs = 0;
  const begin = (next: string) => {
    work = next;
    beganAtMs = now();
  };
  return {
    begin,
    /** Work of another name begins by being told of. */
    of(name: string, done: number, total: number | undefined): Rate {
      if (name !== work) begin(name);
      const elapsedMs = now() - beganAtMs;
      if (elapsedMs < knownAfterMs || done === 0) return {};
      const perSecond = Math.round((done * 10_000) / elapsedMs) / 10;
      if (total === undefined) return { perSecond };
      return { perSecond, etaMs: Math.round((Math.max(0, total - done) * elapsedMs) / done) };
    },
  };
}
