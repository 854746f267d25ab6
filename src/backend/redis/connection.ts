import { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { interruptible, throwIfInterrupted } from '../interruptible.ts';
import type { RedisAddress } from './address.ts';
import { isNotPermitted, redisFault } from './faults.ts';
import { scripts } from './scripts.ts';

export interface ConnectionSettings {
  readonly address: RedisAddress;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly clock: Clock;
}

export interface Connection {
  /**
   * Does the work on a connected client; whatever goes wrong comes out as a Fault. Connects when needed. Soon after
   * an attempt to connect has failed it fails at once, so that callers do not pile up while the server is away.
   */
  run<T>(work: (redis: Redis) => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  close(): void;
}

const firstPauseMs = 50;
const longestPauseMs = 2_000;
/** How long a server has to agree that a connection is over. */
const disconnectTimeoutMs = 100;

export function createConnection(settings: ConnectionSettings): Connection {
  const { address } = settings;
  const redis = createClient(settings);
  const connect = createConnect(redis, settings);
  let closed = false;

  const onClient = async <T>(
    work: (redis: Redis) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    if (closed) throw new Fault('wrong-use', `The connection to ${address.location} is closed`);
    try {
      await connect();
      throwIfInterrupted(signal);
      return await work(redis);
    } catch (thrown) {
      throw redisFault(thrown, address.location);
    }
  };

  return {
    run: (work, signal) => interruptible(() => onClient(work, signal), signal),
    close() {
      closed = true;
      redis.disconnect();
    },
  };
}

/** Connects if need be. One attempt at a time for all who wait; after a failure a pause, twice as long each time. */
function createConnect(
  redis: Redis,
  { address, clock, connectTimeoutMs }: ConnectionSettings,
): () => Promise<void> {
  let lastError: unknown;
  let connecting: Promise<void> | undefined;
  let failure: { fault: Fault; pauseMs: number; untilMs: number } | undefined;

  // Without a listener an error event would be printed, or end the process.
  redis.on('error', (error) => {
    lastError = error;
  });

  const attempt = async (): Promise<void> => {
    lastError = undefined;
    // The client's own timeout ends when the socket is open, not when the server has answered.
    const giveUp = setTimeout(() => {
      lastError = Object.assign(new Error(`no answer within ${connectTimeoutMs} ms`), { code: 'ETIMEDOUT' });
      redis.disconnect();
    }, connectTimeoutMs);
    try {
      await redis.connect();
      await checkReady(redis);
      // A database that cannot be selected is only an event, and the client would go on with database 0.
      if (lastError) throw lastError;
      failure = undefined;
    } catch (thrown) {
      // Once it has ended, one more call would silence the reason of the next failure.
      if (redis.status !== 'end') redis.disconnect();
      const pauseMs = failure ? Math.min(longestPauseMs, failure.pauseMs * 2) : firstPauseMs;
      const fault = redisFault(lastError ?? thrown, address.location);
      failure = { fault, pauseMs, untilMs: clock.now() + pauseMs };
      throw fault;
    } finally {
      clearTimeout(giveUp);
    }
  };

  return async () => {
    if (connecting) return connecting;
    if (redis.status === 'ready') return;
    if (failure && clock.now() < failure.untilMs) throw failure.fault;
    connecting = attempt().finally(() => {
      connecting = undefined;
    });
    return connecting;
  };
}

/** The client calls itself ready also when nothing has answered. A server that loads its data answers so. */
async function checkReady(redis: Redis): Promise<void> {
  try {
    await redis.ping();
  } catch (thrown) {
    if (!isNotPermitted(thrown)) throw thrown;
  }
}

function createClient({ address, connectTimeoutMs, operationTimeoutMs }: ConnectionSettings): Redis {
  const { host, port, db, tls, username, password } = address;
  return new Redis({
    host,
    port,
    db,
    ...(tls ? { tls: {} } : {}),
    // With a password alone the client would warn on the terminal when the server asks for none.
    ...(password ? { username: username ?? 'default', password } : {}),
    connectionName: 'gamekeeper',
    disableClientInfo: true,
    protocol: 2,
    scripts,
    lazyConnect: true,
    // It would ask with INFO, which not every user may, and say so on the terminal.
    enableReadyCheck: false,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: disconnectTimeoutMs,
    commandTimeout: operationTimeoutMs,
    // Ends a connection to a server that hangs, and with it the commands that wait on it.
    socketTimeout: operationTimeoutMs,
    // Nothing is queued, and nothing is sent twice: whether a lost append took effect is for the caller to find out.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: null,
  });
}
