/** Asks sentinels which server is the master, and listens to one of them for the next failover. */
import type { Redis } from 'ioredis';
import { asFault, Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf } from './address.ts';
import { type Access, connectClient, createClient } from './client.ts';
import { isNotPermitted, isReplyOf, sentinelFault } from './faults.ts';
import { replicasIn } from './sentinel-replicas.ts';

export interface Sentinels {
  /** @throws Fault when no sentinel answers, or none knows this master */
  findMaster(): Promise<Endpoint>;
  /** Those that follow their master. */
  findReplicas(): Promise<readonly Endpoint[]>;
  /** One command on the first sentinel that answers. */
  ask<T>(question: (sentinel: Redis) => Promise<T>): Promise<T>;
  /** What keeps each of those that do not tell the master from doing so. */
  failing(): Promise<readonly Fault[]>;
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

  const masterSaidBy = async (redis: Redis): Promise<Endpoint> => {
    const found = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
    if (!Array.isArray(found)) throw unknownMaster(redis, master);
    return { host: String(found[0]), port: Number(found[1]) };
  };

  const askOne = async <T>(
    sentinel: Endpoint,
    question: (redis: Redis) => Promise<T>,
    afterwards: (redis: Redis) => void,
  ): Promise<T> => {
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
      afterwards(redis);
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
        const answer = await askOne(sentinel, question, (redis) => void watch(redis));
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
    findMaster: () => ask(masterSaidBy),
    findReplicas: () => ask(async (redis) => replicasIn(await redis.call('SENTINEL', 'REPLICAS', master))),
    ask,
    async failing() {
      const asked = sentinels.map((sentinel) =>
        askOne(sentinel, masterSaidBy, (redis) => redis.disconnect()),
      );
      const told = await Promise.allSettled(asked);
      return told.flatMap((each) => (each.status === 'rejected' ? [asFault(each.reason)] : []));
    },
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

function unknownMaster({ options: { host = '', port = 0 } }: Redis, master: string): Fault {
  const sentinel = nameOf({ host, port });
  return new Fault('backend-failed', `The sentinel at ${sentinel} knows no master "${master}"`, {
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
