/** The servers of a cluster that are known, their connections, and the map that is asked of them. */
import { asFault, type Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf } from './address.ts';
import { createAttempts } from './attempts.ts';
import { type ClusterMap, parseClusterSlots } from './cluster-map.ts';
import { redisFault } from './faults.ts';
import { createPool, type Pool, type PoolSettings } from './pool.ts';

export interface ClusterNodes {
  pool(server: Endpoint, access?: 'replica'): Pool;
  /** Asked anew when there is a reason to doubt it, but not all the time. */
  map(): Promise<ClusterMap>;
  /** Asked anew now. */
  fresh(): Promise<ClusterMap>;
  /** There is a reason to doubt the map; a server that failed is not the first to be asked. */
  doubt(failed?: string): void;
  close(): void;
}

/** While slots move, every move is a reason to doubt. */
const shortestTrustMs = 200;

export function createClusterNodes(seeds: readonly Endpoint[], settings: PoolSettings): ClusterNodes {
  const { clock, access } = settings;
  const attempts = createAttempts(clock, asFault);
  const pools = new Map<string, Pool>();
  let current: { readonly map: ClusterMap; readonly atMs: number } | undefined;
  let doubted = false;
  let failing: string | undefined;

  const pool: ClusterNodes['pool'] = (server, as) => {
    const name = `${nameOf(server)} ${as ?? 'master'}`;
    const known = pools.get(name);
    if (known) return known;
    const opened = createPool({ ...server, readOnly: as === 'replica' }, settings);
    pools.set(name, opened);
    return opened;
  };

  const askOne = async (server: Endpoint): Promise<ClusterMap> => {
    const asked = pool(server);
    // A server that hangs must not keep us from asking the next.
    const answer = await within(access.connectTimeoutMs, asked.server, () =>
      asked.run((redis) => redis.call('CLUSTER', 'SLOTS')),
    );
    return parseClusterSlots(answer, server);
  };

  const candidates = (): Endpoint[] => {
    const known = current?.map.shards.flatMap(({ master, replicas }) => [master, ...replicas]) ?? [];
    const byName = new Map([...known, ...seeds].map((server) => [nameOf(server), server]));
    return [...byName.values()].sort((a, b) => suspicion(a) - suspicion(b));
  };
  const suspicion = (server: Endpoint) => (nameOf(server) === failing ? 1 : 0);

  const ask = async (): Promise<void> => {
    let fault: Fault | undefined;
    for (const server of candidates()) {
      try {
        const map = await askOne(server);
        current = { map, atMs: clock.now() };
        doubted = false;
        dropUnknown(map);
        return;
      } catch (thrown) {
        const mine = asFault(thrown);
        // What one refused says more than that another did not answer.
        if (!fault || (fault.retryable && !mine.retryable)) fault = mine;
      }
    }
    throw fault;
  };

  const dropUnknown = (map: ClusterMap) => {
    const names = map.shards.flatMap(({ master, replicas }) => [master, ...replicas].map(nameOf));
    for (const [key, unused] of pools) {
      if (names.includes(unused.server)) continue;
      pools.delete(key);
      unused.close();
    }
  };

  const fresh = async (): Promise<ClusterMap> => {
    await attempts.join(ask);
    if (!current) throw new Error('Asking that succeeds leaves a map');
    return current.map;
  };

  return {
    pool,
    async map() {
      const trusted = current && (!doubted || clock.now() - current.atMs < shortestTrustMs);
      return trusted && current ? current.map : fresh();
    },
    fresh,
    doubt(failed) {
      doubted = true;
      if (failed) failing = failed;
    },
    close() {
      for (const open of pools.values()) open.close();
    },
  };
}

async function within<T>(limitMs: number, server: string, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(redisFault(new Error('Command timed out'), server)), limitMs);
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
