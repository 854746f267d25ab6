/** Asks sentinels which server is the master, and listens to one of them for the next failover. */
import type { Redis } from 'ioredis';
import { Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf } from './address.ts';
import { type Access, connectClient, createClient } from './client.ts';
import { isNotPermitted, isReplyOf, sentinelFault } from './faults.ts';

export interface Sentinels {
  /** @throws Fault when no sentinel answers, or none knows this master */
  findMaster(): Promise<Endpoint>;
  /** Those that follow their master. */
  findReplicas(): Promise<readonly Endpoint[]>;
  /** One command on the first sentinel that answers. */
  ask<T>(question: (sentinel: Redis) => Promise<T>): Promise<T>;
  close(): void;
}

/** A user of the sentinels' own. */
export interface SentinelLogin {
  /** Left out for the default user. */
  readonly username?: string;
  readonly password: string;
}

interface SentinelSettings {
  readonly sentinels: readonly Endpoint[];
  readonly master: string;
  readonly access: Access;
  /** undefined where they have none: those that ask for a password get user and password of the servers. */
  readonly login: SentinelLogin | undefined;
  /** A sentinel says that another server is the master now. */
  onSwitch(): void;
}

const switched = '+switch-master';

export function createSentinels({ sentinels, master, access, login, onSwitch }: SentinelSettings): Sentinels {
  let order = sentinels;
  let watcher: Redis | undefined;
  let closed = false;

  const watch = async (redis: Redis): Promise<void> => {
    watcher?.disconnect();
    watcher = redis;
    redis.on('message', (_: string, text: string) => {
      if (text.split(' ', 1)[0] === master) onSwitch();
    });
    // Without it failovers are found out by the next call that fails.
    await redis.subscribe(switched).catch(() => redis.disconnect());
    if (closed) redis.disconnect();
  };

  const askOne = async <T>(sentinel: Endpoint, question: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = createClient(sentinel, {
      ...access,
      db: 0,
      username: login?.username,
      password: login?.password,
    });
    redis.on('error', () => {});
    try {
      const greeting = login ? {} : { greet: (client: Redis) => logInIfAsked(client, access) };
      await connectClient(redis, { ...sentinel, ...greeting }, access.connectTimeoutMs);
      const answer = await question(redis);
      void watch(redis);
      return answer;
    } catch (thrown) {
      redis.disconnect();
      throw sentinelFault(thrown, nameOf(sentinel), login !== undefined);
    }
  };

  const ask = async <T>(question: (redis: Redis) => Promise<T>): Promise<T> => {
    const faults: Fault[] = [];
    for (const sentinel of order) {
      try {
        const answer = await askOne(sentinel, question);
        order = [sentinel, ...sentinels.filter((other) => other !== sentinel)];
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown;
        faults.push(thrown);
      }
    }
    throw noAnswer(faults);
  };

  return {
    findMaster: () =>
      ask(async (redis) => {
        const found = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
        if (!Array.isArray(found)) throw unknownMaster(master);
        return { host: String(found[0]), port: Number(found[1]) };
      }),
    findReplicas: () =>
      ask(async (redis) => {
        const found = await redis.call('SENTINEL', 'REPLICAS', master);
        return Array.isArray(found) ? found.map(fieldsOf).filter(follows).map(endpointOf) : [];
      }),
    ask,
    close() {
      closed = true;
      watcher?.disconnect();
    },
  };
}

/** One that asks for no password must not be given any. */
async function logInIfAsked(redis: Redis, { username = 'default', password }: Access): Promise<void> {
  try {
    await redis.ping();
  } catch (thrown) {
    const mayHelp = isReplyOf(thrown, 'NOAUTH') || isNotPermitted(thrown);
    if (mayHelp && password) await redis.call('AUTH', username, password);
    else if (!isNotPermitted(thrown)) throw thrown;
  }
}

/** Names and values in turn. */
function fieldsOf(answer: unknown): Map<string, string> {
  const texts = Array.isArray(answer) ? answer.map(String) : [];
  return new Map(texts.flatMap((text, at) => (at % 2 === 0 ? [[text, texts[at + 1] ?? ''] as const] : [])));
}

const follows = (replica: Map<string, string>) =>
  !/down|disconnected/.test(replica.get('flags') ?? '') && replica.get('master-link-status') === 'ok';

const endpointOf = (replica: Map<string, string>): Endpoint => ({
  host: replica.get('ip') ?? '',
  port: Number(replica.get('port')),
});

function unknownMaster(master: string): Fault {
  return new Fault('backend-failed', `The sentinel knows no master "${master}"`, {
    next: 'Check the name after the hosts in REDIS_URL against SENTINEL MASTERS',
  });
}

/** What one of them refused says more than that another did not answer. */
function noAnswer(faults: readonly Fault[]): Fault {
  const [first] = faults;
  return (
    faults.find(({ retryable }) => !retryable) ??
    first ??
    new Fault('config-invalid', 'The Redis URL names no sentinels')
  );
}
