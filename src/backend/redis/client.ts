/** One connection to one server, as the rest of this room wants it: it does nothing on its own. */
import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import type { Endpoint, RedisAddress } from './address.ts';
import { isNotPermitted } from './faults.ts';
import { connectorInto, type Intake } from './intake.ts';
import { scripts } from './scripts.ts';

/** What is the same for every server of a topology. */
export interface Access extends Pick<RedisAddress, 'db' | 'tls' | 'username' | 'password'> {
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca: string | undefined;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
}

export interface Server extends Endpoint {
  /** A replica in a cluster answers reads only to those who say that they know it. */
  readonly readOnly?: boolean;
  /** In place of a PING: is it ready to be asked? Rejects when it is not. */
  readonly greet?: (redis: Redis) => Promise<void>;
  /** Refuses a server that is ready but is not the one that was meant. */
  readonly check?: (redis: Redis) => Promise<void>;
}

/** How long a server has to agree that a connection is over. */
const disconnectTimeoutMs = 100;

/** @param intake takes what comes; the client then hears only what it is told by the event `data` of its stream */
export function createClient(
  { host, port, readOnly = false }: Server,
  access: Access,
  intake?: Intake,
): Redis {
  const { db, tls, ca, username, password, connectTimeoutMs, operationTimeoutMs } = access;
  const connection = {
    host,
    port,
    ...(tls ? { tls: tlsOptions(host, ca) } : {}),
    disconnectTimeout: disconnectTimeoutMs,
  };
  return new Redis({
    ...connection,
    ...(intake ? { Connector: connectorInto(intake, connection) } : {}),
    db,
    readOnly,
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
    commandTimeout: operationTimeoutMs,
    // Ends a connection to a server that hangs, and with it the commands that wait on it.
    socketTimeout: operationTimeoutMs,
    // Nothing is queued, and nothing is sent twice: whether a lost append took effect is for the caller to find out.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: null,
  });
}

/** The name is what proxies choose the server by; an address is not allowed there. */
const tlsOptions = (host: string, ca: string | undefined) => ({
  ...(isIP(host) === 0 ? { servername: host } : {}),
  ...(ca === undefined ? {} : { ca }),
});

/** Rejects with the first reason that the client gave, where it gave one: later ones are mere consequences. */
export async function connectClient(redis: Redis, server: Server, connectTimeoutMs: number): Promise<void> {
  let reason: unknown;
  const note = (error: unknown) => {
    reason ??= error;
  };
  redis.on('error', note);
  // The client's own timeout ends when the socket is open, not when the server has answered.
  const giveUp = setTimeout(() => {
    note(Object.assign(new Error(`no answer within ${connectTimeoutMs} ms`), { code: 'ETIMEDOUT' }));
    redis.disconnect();
  }, connectTimeoutMs);
  try {
    await redis.connect();
    await (server.greet ?? ping)(redis);
    // A database that cannot be selected is only an event, and the client would go on with database 0.
    if (reason) throw reason;
    await server.check?.(redis);
  } catch (thrown) {
    // Once it has ended, one more call would silence the reason of the next failure.
    if (redis.status !== 'end') redis.disconnect();
    throw reason ?? thrown;
  } finally {
    clearTimeout(giveUp);
    redis.off('error', note);
  }
}

/** The client calls itself ready also when nothing has answered. A server that loads its data answers so. */
async function ping(redis: Redis): Promise<void> {
  try {
    await redis.ping();
  } catch (thrown) {
    if (!isNotPermitted(thrown)) throw thrown;
  }
}
