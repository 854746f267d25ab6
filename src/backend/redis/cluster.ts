/** A cluster: each command goes to the server of its key's slot, wherever that has moved. */
import { Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf, type Topology } from './address.ts';
import type { Shard } from './cluster-map.ts';
import { createClusterNodes } from './cluster-nodes.ts';
import { scanCluster } from './cluster-scan.ts';
import { examineCluster } from './cluster-state.ts';
import type { Pool, PoolSettings } from './pool.ts';
import { askingCommand, type Redirect, redirectOf } from './redirect.ts';
import type { Route, ServerCommand, Servers } from './servers.ts';
import { slotOf } from './slots.ts';

/** With the pauses between the later ones, as long as the servers' gossip about a slot may take. */
const mostHops = 10;
const straightHops = 3;
const firstPauseMs = 20;

export function openCluster(
  { seeds }: Extract<Topology, { kind: 'cluster' }>,
  readFrom: 'primary' | 'replica',
  settings: PoolSettings,
): Servers {
  const nodes = createClusterNodes(seeds, settings);

  const reader = (shard: Shard): Pool => {
    if (readFrom === 'primary') return nodes.pool(shard.master);
    // One may have come since the map was asked for.
    if (shard.replicas.length === 0) nodes.doubt();
    return nodes.pool(replicaOf(shard), 'replica');
  };

  const poolOf = async (slot: number, effect: Route['effect'], redirect: Redirect | undefined) => {
    // For good or this once: the map has been told, but others may have told it otherwise since.
    if (redirect?.to) return nodes.pool(redirect.to);
    const shard = (await nodes.map()).shardOf(slot);
    return effect === 'read' ? reader(shard) : nodes.pool(shard.master);
  };

  /** Answers the redirect where there is one: the command was refused as a whole. */
  const tryOn = async <T>(
    pool: Pool,
    { lane }: Route,
    asks: boolean,
    command: ServerCommand<T>,
  ): Promise<{ readonly answer: T } | { readonly redirect: Redirect }> => {
    const { redis, giveBack } = await pool.take(lane);
    try {
      return { answer: await (asks ? askingCommand(redis, command) : command(redis)) };
    } catch (thrown) {
      const redirect = redirectOf(thrown, redis.options.host ?? '');
      if (redirect) return { redirect };
      throw pool.faultOf(thrown);
    } finally {
      giveBack();
    }
  };

  return {
    prefix: settings.prefix,
    async call(key, route, command) {
      const slot = slotOf(key);
      let redirect: Redirect | undefined;
      for (let hop = 0; hop < mostHops; hop++) {
        // Servers that send us back and forth have not heard of each other's news yet.
        if (hop > straightHops) await settings.clock.sleep(firstPauseMs * 2 ** (hop - straightHops - 1));
        const pool = await poolOf(slot, route.effect, redirect);
        try {
          const tried = await tryOn(pool, route, redirect?.kind === 'ask', command);
          if ('answer' in tried) return tried.answer;
          redirect = tried.redirect;
        } catch (thrown) {
          // It may have been sent. The next call is to find the server that took over.
          if (thrown instanceof Fault && thrown.retryable) nodes.doubt(pool.server);
          throw thrown;
        }
        if (redirect.kind === 'moved') {
          const map = await nodes.map();
          if (redirect.to) map.moved(slot, redirect.to);
          nodes.doubt();
        } else if (!redirect.to) throw unnamed(slot, pool.server);
      }
      throw unsettled(slot);
    },
    async each(command, of) {
      const map = await nodes.fresh();
      map.checkWhole();
      const pools = map.shards.map((shard) => (of === 'primary' ? nodes.pool(shard.master) : reader(shard)));
      return Promise.all(
        pools.map(async (pool) => ({ server: pool.server, answer: await pool.run(command) })),
      );
    },
    readers: (keys) => Promise.all(keys.map((key) => poolOf(slotOf(key), 'read', undefined))),
    keys: (pattern) => scanCluster({ nodes, reader, pattern, settings }),
    writer: undefined,
    primaryRole: 'master',
    examine: async () => [await examineCluster(nodes)],
    close: () => nodes.close(),
  };
}

function replicaOf({ replicas, master }: Shard): Endpoint {
  // Each process stays with one, and they spread.
  const chosen = replicas[process.pid % replicas.length];
  if (chosen) return chosen;
  throw new Fault('backend-unreachable', `The master at ${nameOf(master)} has no replica to read from`, {
    next: 'Check CLUSTER NODES, or set REDIS_READ_FROM to primary',
    retryable: true,
  });
}

function unnamed(slot: number, server: string): Fault {
  return new Fault(
    'backend-failed',
    `Redis at ${server} hands over slot ${slot} to a server without a name`,
    {
      next: 'Set cluster-announce-hostname on every server, or cluster-preferred-endpoint-type ip',
    },
  );
}

function unsettled(slot: number): Fault {
  return new Fault(
    'backend-unreachable',
    `The servers of the Redis cluster do not agree who has slot ${slot}`,
    {
      next: 'Check CLUSTER NODES; redis-cli --cluster fix settles slots that were left open',
      retryable: true,
    },
  );
}
