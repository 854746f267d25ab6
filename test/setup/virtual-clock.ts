import type { Clock } from '../../src/base/clock.ts';

/** Time that jumps to the next sleeper's hour as soon as nothing else is left to run: long waits take no time. */
export function virtualClock(startMs = Date.UTC(2026, 10, 23, 3)): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly atMs: number; wake(): void }>();

  const wakeNext = () => {
    const [next] = [...sleepers].sort((a, b) => a.atMs - b.atMs);
    if (!next) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
  };

  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(abortError(signal));
        const sleeper = {
          atMs: nowMs + ms,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && reject(abortError(signal)));
        setImmediate(wakeNext);
      }),
  };
}

/** As a timer of Node's does. */
const abortError = ({ reason }: AbortSignal) =>
  new DOMException('This operation was aborted', { name: 'AbortError', cause: reason });
