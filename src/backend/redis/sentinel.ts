/** The server that sentinels say is the master, or one of its replicas; another one after each failover. */
import type { Redis } from 'ioredis';
import { asFault, Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf, type Topology } from './address.ts';
import { createAttempts } from './attempts.ts';
import { isNotPermitted, isReplyOf } from './faults.ts';
import { createOutage } from './outage.ts';
import { createPool, type Pool, type PoolSettings } from './pool.ts';
import { createSentinels } from './sentinels.ts';
import { type Route, type ServerCommand, type Servers, scanServer } from './servers.ts';

type Behind = Extract<Topology, { kind: 'sentinel' }>;

export interface SentinelServers extends Servers {
  /** Whether enough sentinels are there for a failover, in a sentinel's own words. */
  checkQuorum(): Promise<string>;
}

export function openSentinel(
  { sentinels, master }: Behind,
  readFrom: 'primary' | 'replica',
  settings: PoolSettings,
): SentinelServers {
  const source = createSentinels({
    sentinels,
    master,
    access: settings.access,
    onSwitch() {
      primary.forget();
      replica.forget();
    },
  });
  const primary = follow(() => source.findMaster(), { ...settings, check: isMaster });
  const replica = follow(async () => oneOf(await source.findReplicas(), master), settings);
  const reader = readFrom === 'replica' ? replica : primary;

  const tryCall = async <T>(
    { effect, lane }: Route,
    command: ServerCommand<T>,
  ): Promise<T | typeof demoted> => {
    const pool = await (effect === 'read' ? reader : primary).serving();
    const { redis, giveBack } = await pool.take(lane);
    try {
      return await command(redis);
    } catch (thrown) {
      if (effect === 'write' && isReplyOf(thrown, 'READONLY')) {
        primary.forget();
        return demoted;
      }
      throw pool.faultOf(thrown);
    } finally {
      giveBack();
    }
  };

  return {
    async call(_, route, command) {
      const answer = await tryCall(route, command);
      if (answer !== demoted) return answer;
      // It was refused as a whole, so the new master may be given it.
      const again = await tryCall(route, command);
      if (again === demoted) throw noMaster(master);
      return again;
    },
    async each(command) {
      const pool = await reader.serving();
      return [{ server: pool.server, answer: await pool.run(command) }];
    },
    keys: (pattern) => scanServer(reader.serving, pattern),
    checkQuorum: () => source.ask(async (redis) => String(await redis.call('SENTINEL', 'CKQUORUM', master))),
    close() {
      source.close();
      primary.close();
      replica.close();
    },
  };
}

const demoted = Symbol('a replica refused a write');

interface Followed {
  serving(): Promise<Pool>;
  /** The next call asks where the server is. */
  forget(): void;
  close(): void;
}

type FollowSettings = PoolSettings & { readonly check?: (redis: Redis) => Promise<void> };

/** The connections to a server that is looked up again whenever a connection to it was lost. */
function follow(find: () => Promise<Endpoint>, settings: FollowSettings): Followed {
  const outage = createOutage(settings.listener);
  const attempts = createAttempts(settings.clock, asFault);
  let current: { readonly pool: Pool; readonly losses: number } | undefined;
  let known = false;

  const look = async (): Promise<void> => {
    const { check } = settings;
    // Before it asks: a failover that is told meanwhile makes the answer old.
    known = true;
    const found = await find().catch((thrown: unknown) => {
      known = false;
      throw thrown;
    });
    let pool = current?.pool;
    if (pool?.server !== nameOf(found)) {
      pool?.close();
      pool = createPool({ ...found, ...(check ? { check } : {}) }, settings, outage);
    }
    current = { pool, losses: pool.losses };
  };

  return {
    async serving() {
      if (!current || !known || current.losses !== current.pool.losses) await attempts.join(look);
      if (!current) throw new Error('A look that succeeds leaves a server');
      return current.pool;
    },
    forget() {
      known = false;
    },
    close: () => current?.pool.close(),
  };
}

/** A sentinel may be behind, and then the old master answers. */
async function isMaster(redis: Redis): Promise<void> {
  const answer = await redis.call('ROLE').catch((thrown: unknown) => {
    if (isNotPermitted(thrown)) return ['master'];
    throw thrown;
  });
  if (Array.isArray(answer) && String(answer[0]) === 'master') return;
  const { host = '', port = 0 } = redis.options;
  throw new Fault('backend-unreachable', `Redis at ${nameOf({ host, port })} is not the master any more`, {
    next: 'Wait until the sentinels agree on another',
    retryable: true,
  });
}

function oneOf(replicas: readonly Endpoint[], master: string): Endpoint {
  // Each process stays with one, and they spread.
  const chosen = replicas[process.pid % replicas.length];
  if (chosen) return chosen;
  throw new Fault('backend-unreachable', `No replica of "${master}" follows its master`, {
    next: 'Check INFO replication on the master, or set REDIS_READ_FROM to primary',
    retryable: true,
  });
}

function noMaster(master: string): Fault {
  return new Fault('backend-unreachable', `The sentinels still name a replica as the master of "${master}"`, {
    next: 'Wait for the failover to end; look at SENTINEL MASTERS',
    retryable: true,
  });
}
