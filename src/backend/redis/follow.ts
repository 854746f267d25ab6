import type { Redis } from 'ioredis';
import { asFault } from '../../base/fault.ts';
import { type Endpoint, nameOf } from './address.ts';
import { createAttempts } from './attempts.ts';
import { createOutage } from './outage.ts';
import { createPool, type Pool, type PoolSettings } from './pool.ts';

export interface Followed {
  serving(): Promise<Pool>;
  /** The next call asks where the server is. */
  forget(): void;
  /** It is another server now, and calls under way may wait for an answer that never comes. */
  leave(): void;
  close(): void;
}

type FollowSettings = PoolSettings & { readonly check?: (redis: Redis) => Promise<void> };

/** The connections to a server that is looked up again whenever a connection to it was lost. */
export function follow(find: () => Promise<Endpoint>, settings: FollowSettings): Followed {
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
    leave() {
      known = false;
      current?.pool.close();
      current = undefined;
    },
    close: () => current?.pool.close(),
  };
}
