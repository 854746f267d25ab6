import type { Clock } from '../../base/clock.ts';
import type { Fault } from '../../base/fault.ts';

const firstPauseMs = 50;
const longestPauseMs = 2_000;

export interface Attempts {
  /**
   * Joins the attempt that is under way, or makes one. After a failure there is a pause, twice as long each time, in
   * which every call fails as the last attempt did.
   */
  join(attempt: () => Promise<void>): Promise<void>;
}

/** @param asFault what an attempt threw, for people */
export function createAttempts(clock: Clock, asFault: (thrown: unknown) => Fault): Attempts {
  let underWay: Promise<void> | undefined;
  let failure: { fault: Fault; pauseMs: number; untilMs: number } | undefined;

  const tryOnce = async (attempt: () => Promise<void>): Promise<void> => {
    try {
      await attempt();
      failure = undefined;
    } catch (thrown) {
      const pauseMs = failure ? Math.min(longestPauseMs, failure.pauseMs * 2) : firstPauseMs;
      const fault = asFault(thrown);
      failure = { fault, pauseMs, untilMs: clock.now() + pauseMs };
      throw fault;
    }
  };

  return {
    async join(attempt) {
      if (underWay) return underWay;
      if (failure && clock.now() < failure.untilMs) throw failure.fault;
      underWay = tryOnce(attempt).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}
