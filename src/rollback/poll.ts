import type { Clock } from '../base/clock.ts';

export interface Patience {
  readonly intervalMs: number;
  /** Nothing is tried again once this long has passed. */
  readonly limitMs: number;
}

/** Tries until `settled` or out of patience, and hands back the last try, settled or not. */
export async function poll<T>(
  clock: Clock,
  { intervalMs, limitMs }: Patience,
  attempt: (signal?: AbortSignal) => Promise<T>,
  settled: (seen: T) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  const endMs = clock.now() + limitMs;
  for (;;) {
    const seen = await attempt(signal);
    if (settled(seen) || clock.now() + intervalMs > endMs) return seen;
    await clock.sleep(intervalMs, signal);
  }
}
