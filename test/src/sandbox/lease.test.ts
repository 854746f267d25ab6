import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { createLease } from '../../../src/sandbox/lease.ts';

/** vitest moves setTimeout, not node:timers/promises. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('aborted'));
      });
    }),
};

function newLease() {
  const lease = createLease({ clock, firstMs: 10_000, graceMs: 2000 });
  let ended = false;
  void lease.ended.then(() => {
    ended = true;
  });
  return { lease, hasEnded: () => ended };
}

describe('the lease', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends when nobody takes it in time', async () => {
    const { hasEnded } = newLease();
    await vi.advanceTimersByTimeAsync(9999);
    expect(hasEnded()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(hasEnded()).toBe(true);
  });

  it('lasts as long as one of several holders', async () => {
    const { lease, hasEnded } = newLease();
    const [one, other] = [lease.take(), lease.take()];
    one();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(hasEnded()).toBe(false);
    other();
    await vi.advanceTimersByTimeAsync(2000);
    expect(hasEnded()).toBe(true);
  });

  it('waits a while for another holder after the last one', async () => {
    const { lease, hasEnded } = newLease();
    lease.take()();
    await vi.advanceTimersByTimeAsync(1999);
    lease.take();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hasEnded()).toBe(false);
  });

  it('counts a holder that gives up twice once', async () => {
    const { lease, hasEnded } = newLease();
    const [one] = [lease.take(), lease.take()];
    one();
    one();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hasEnded()).toBe(false);
  });
});
