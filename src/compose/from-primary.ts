import type { Backend, PrimaryBackend } from '../backend/port.ts';
import { parseRedisUrl, redisLocation } from '../backend/redis/address.ts';
import { Fault } from '../base/fault.ts';
import type { Target } from '../config/target.ts';

export const readsReplica = (target: Target): boolean =>
  target.kind === 'redis' && target.readFrom === 'replica';

/**
 * The same storage with every read from its primary, as changes need it: planned from what a replica had a moment ago,
 * one would do something else than its preview says.
 *
 * @throws Fault `config-invalid` where nothing but a replica is named
 */
export function fromPrimary<T extends Target>(target: T): T {
  if (target.kind !== 'redis' || target.readFrom === 'primary') return target;
  // Sentinels and clusters know their primary; this is the replica itself.
  if (parseRedisUrl(target.url).topology.kind === 'single') throw behind(redisLocation(target));
  return { ...target, readFrom: 'primary' };
}

/** For what was opened by `fromPrimary`, wrapped. @throws Fault for anything else */
export function asPrimary(backend: Backend): PrimaryBackend {
  if (readsPresent(backend)) return backend;
  throw behind(backend.location);
}

const readsPresent = (backend: Backend): backend is PrimaryBackend => backend.readsFrom === 'primary';

function behind(location: string): Fault {
  return new Fault('config-invalid', `${location}, and a replica may be behind`, {
    next: 'Set REDIS_URL to the primary, or to what names it (sentinels, a cluster), and REDIS_READ_FROM to primary',
  });
}
