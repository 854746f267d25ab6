import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { interruptible } from '../base/interruptible.ts';
import { intercept, scans } from './intercept.ts';
import type { Backend } from './port.ts';

interface RetrySettings {
  readonly clock: Clock;
  /** 0 up to 1 */
  readonly random?: () => number;
  /** Calls in all, the first included. */
  readonly attempts?: number;
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Tries reads again when waiting may help. Never writes: one that failed may have taken effect. Never a scan: its
 * pages hang together, and one that broke off would look like one that ended.
 */
export function retryReads(
  backend: Backend,
  { clock, random = Math.random, attempts = 3 }: RetrySettings,
): Backend {
  return intercept(backend, async ({ operation, effect, signal }, next) => {
    if (effect === 'write' || scans.includes(operation)) return next();
    for (let attempt = 1; attempt < attempts; attempt++) {
      try {
        return await next();
      } catch (thrown) {
        if (!(thrown instanceof Fault && thrown.retryable)) throw thrown;
        await interruptible(() => clock.sleep(pauseMs(attempt, random), signal), signal);
      }
    }
    return next();
  });
}

function pauseMs(attempt: number, random: () => number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}
