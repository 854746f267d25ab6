import { createPacedCensus } from '../backend/paced-census.ts';
import type { Backend, Census } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { asFault } from '../base/fault.ts';
import type { Layout } from '../game/record.ts';
import type { StorageCount } from './status.ts';

interface Storage {
  readonly role: StorageCount['role'];
  readonly location: string;
  readonly open: () => Promise<Pick<Backend, 'census'>>;
}

/**
 * Counts the games of several storages, side by side and paced.
 *
 * @param patienceMs how long a look waits for a first count
 */
export function createStorageCounts(
  storages: readonly Storage[],
  clock: Clock,
  patienceMs: number,
): (signal?: AbortSignal) => Promise<readonly StorageCount[]> {
  const counts = storages.map(({ role, location, open }) => {
    const backend = { census: async () => (await open()).census() };
    return { role, location, count: createPacedCensus({ backend, clock }) };
  });
  return (signal) =>
    Promise.all(
      counts.map(async ({ role, location, count }) => {
        const late = new AbortController();
        const counted = await Promise.race([
          count(signal).then(countedOf, (thrown) => asFault(thrown)),
          clock.sleep(patienceMs, late.signal).then(
            () => undefined,
            () => undefined,
          ),
        ]);
        late.abort();
        return { role, location, counted };
      }),
    );
}

function countedOf({ atMs, games }: Census) {
  const sum: Record<Layout, number> = { current: 0, legacy: 0 };
  for (const { layout, count } of games) sum[layout] += count;
  return { atMs, games: sum };
}
