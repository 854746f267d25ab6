import type { Clock } from '../base/clock.ts';

/** Keeps the sandbox alive while somebody holds a connection open. */
export interface Lease {
  /** @returns the function that gives it up; calling it again does nothing */
  take(): () => void;
  /** Resolves when nobody holds one for too long. */
  readonly ended: Promise<void>;
}

interface LeaseOptions {
  readonly clock: Clock;
  /** How long to wait for the first holder. */
  readonly firstMs: number;
  /** How long to wait after the last one. */
  readonly graceMs: number;
}

export function createLease({ clock, firstMs, graceMs }: LeaseOptions): Lease {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let holders = 0;
  let countdown = new AbortController();

  const countDown = (ms: number) => {
    countdown = new AbortController();
    clock.sleep(ms, countdown.signal).then(end, () => {});
  };

  countDown(firstMs);
  return {
    ended,
    take() {
      holders++;
      countdown.abort();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holders--;
        if (holders === 0) countDown(graceMs);
      };
    },
  };
}
