/** What the rest of this room sees of one server, of one behind sentinels, and of a cluster. */
import type { Redis } from 'ioredis';
import { Fault } from '../../base/fault.ts';
import type { Finding } from '../port.ts';
import type { Lane } from './link.ts';
import type { Pool } from './pool.ts';

export interface Route {
  /** Writes, and reads that a write is decided by, go to a primary whatever answers other reads. */
  readonly effect: 'read' | 'write';
  readonly lane: Lane;
}

export interface Answer<T> {
  readonly server: string;
  readonly answer: T;
}

export type ServerCommand<T> = (redis: Redis) => Promise<T>;

/** `Servers.call` on a route that is settled. */
export interface OnKey {
  <T>(key: string | Buffer, command: ServerCommand<T>): Promise<T>;
  /** Of the keys of these games, see keys.ts. */
  readonly prefix: string;
}

/** Failures are Faults. A command that may have reached a server is never sent again. */
export interface Servers {
  /** Of the keys of these games, see keys.ts. */
  readonly prefix: string;
  /** One command on the server of this key; it must be sent before the first await. */
  call<T>(key: string | Buffer, route: Route, command: ServerCommand<T>): Promise<T>;
  /** The same command on each of the servers that hold all games between them: those that answer reads, or primaries. */
  each<T>(command: ServerCommand<T>, of?: 'primary'): Promise<readonly Answer<T>[]>;
  /** For each of these keys the connections to the server that answers its reads, as far as is known. */
  readers(keys: readonly Buffer[]): Promise<readonly Pool[]>;
  /** Every key that matches, in pages; some may come twice. */
  keys(pattern: string): AsyncGenerator<readonly Buffer[]>;
  /** The connections to the server that takes all writes, so that one script may take several keys; undefined in a cluster. */
  readonly writer: (() => Promise<Pool>) | undefined;
  /** What those who take writes should be; a single server may be a replica on purpose. */
  readonly primaryRole: 'master' | 'slave';
  /** What can be found out of all of them together. */
  examine(): Promise<readonly Finding[]>;
  close(): void;
}

const keysPerStep = 1000;
const mostRestarts = 10;

/** @param serving the connections to the server that has all the keys, as of now */
export async function* scanServer(
  serving: () => Promise<Pool>,
  pattern: string,
): AsyncGenerator<readonly Buffer[]> {
  let cursor = '0';
  let seen: { readonly pool: Pool; readonly losses: number } | undefined;
  let restarts = 0;
  do {
    const pool = await serving();
    // A cursor means nothing to another process: games would be missing.
    if (seen && (seen.pool !== pool || seen.losses !== pool.losses)) {
      if (++restarts > mostRestarts) throw unsteady(pool.server);
      cursor = '0';
    }
    seen = { pool, losses: pool.losses };
    const [next, keys] = await scanStep(pool, cursor, pattern);
    cursor = next.toString();
    yield keys;
  } while (cursor !== '0');
}

const scanStep = (pool: Pool, cursor: string, pattern: string): Promise<[cursor: Buffer, keys: Buffer[]]> =>
  pool.run((redis) => redis.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', keysPerStep), 'bulk');

function unsteady(server: string): Fault {
  return new Fault(
    'backend-unreachable',
    `Redis at ${server} loses its connections before a scan is through`,
    {
      next: "Check the network, and the server's log",
      retryable: true,
    },
  );
}
