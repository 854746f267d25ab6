import type { Clock } from '../base/clock.ts';
import type { RecordKey } from '../game/record.ts';

/** Pages of them. */
export type Keys = Iterable<readonly RecordKey[]> | AsyncIterable<readonly RecordKey[]>;

/**
 * Keys of games when they may be read: so many a second at most, a tenth of a second's at a time. What was missed while the
 * storage was slow is not made up for.
 */
export async function* paced(
  keys: Keys,
  gamesPerSecond: number,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<readonly RecordKey[]> {
  const most = Math.max(1, Math.floor(gamesPerSecond / 10));
  let nextAtMs = clock.now();
  for await (const page of keys) {
    for (let at = 0; at < page.length; at += most) {
      const batch = page.slice(at, at + most);
      const now = clock.now();
      nextAtMs = Math.max(now, nextAtMs) + (batch.length * 1000) / gamesPerSecond;
      await clock.sleep(nextAtMs - now, signal);
      yield batch;
    }
  }
}
