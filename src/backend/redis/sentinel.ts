/** The server that sentinels say is the master, or one of its replicas; another one after each failover. */
import type { Redis } from 'ioredis';
import { Fault } from '../../base/fault.ts';
import type { Finding } from '../port.ts';
import { type Endpoint, nameOf, type Topology } from './address.ts';
import { isNotPermitted, isReplyOf } from './faults.ts';
import { follow } from './follow.ts';
import type { PoolSettings } from './pool.ts';
import { createSentinels, type SentinelLogin, type Sentinels } from './sentinels.ts';
import { type Route, type ServerCommand, type Servers, scanServer } from './servers.ts';

type Behind = Extract<Topology, { kind: 'sentinel' }>;

export function openSentinel(
  { sentinels, master }: Behind,
  readFrom: 'primary' | 'replica',
  login: SentinelLogin | undefined,
  settings: PoolSettings,
): Servers {
  const source = createSentinels({
    sentinels,
    master,
    access: settings.access,
    login,
    onSwitch() {
      primary.leave();
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
    prefix: settings.prefix,
    async call(_, route, command) {
      const answer = await tryCall(route, command);
      if (answer !== demoted) return answer;
      // It was refused as a whole, so the new master may be given it.
      const again = await tryCall(route, command);
      if (again === demoted) throw noMaster(master);
      return again;
    },
    async each(command, of) {
      const pool = await (of === 'primary' ? primary : reader).serving();
      return [{ server: pool.server, answer: await pool.run(command) }];
    },
    async readers(keys) {
      const pool = await reader.serving();
      return keys.map(() => pool);
    },
    keys: (pattern) => scanServer(reader.serving, pattern),
    writer: () => primary.serving(),
    primaryRole: 'master',
    examine: () => examineSentinels(source, master),
    close() {
      source.close();
      primary.close();
      replica.close();
    },
  };
}

const demoted = Symbol('a replica refused a write');

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

/** Those that fail are told although others answer: one day they may be all that is left. */
async function examineSentinels(source: Sentinels, master: string): Promise<readonly Finding[]> {
  const quorum = await examineQuorum(source, master);
  const failing = (await source.failing()).map(
    ({ message: found, next = 'Check this sentinel' }): Finding => ({
      name: 'sentinels',
      kind: 'warning',
      found,
      next,
    }),
  );
  return [quorum, ...failing];
}

async function examineQuorum(source: Sentinels, master: string): Promise<Finding> {
  const name = 'sentinels';
  const next = 'Check the sentinels: without enough of them there is no failover';
  const said = await source.ask((redis) =>
    // It refuses with what is missing.
    redis.call('SENTINEL', 'CKQUORUM', master).catch((thrown: unknown) => {
      if (isReplyOf(thrown, 'NOQUORUM') || isNotPermitted(thrown)) return thrown;
      throw thrown;
    }),
  );
  if (!(said instanceof Error)) return { name, kind: 'ok', found: String(said).replace(/^OK /, '') };
  return { name, kind: isNotPermitted(said) ? 'unknown' : 'problem', found: said.message, next };
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
