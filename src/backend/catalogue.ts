import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { Backend, BackendKind, BackendListener } from './port.ts';
import type { RedisPlace } from './redis/redis.ts';

/** Where games are kept, and what it takes to get there. */
export type BackendPlace =
  | { readonly kind: 'embedded'; readonly folder: string }
  | ({ readonly kind: 'redis' } & RedisPlace)
  | { readonly kind: 'dynamodb' };

type Open<Kind extends BackendKind> = (
  place: Extract<BackendPlace, { kind: Kind }>,
  clock: Clock,
  listener: BackendListener,
) => Promise<Backend>;

/** One row a backend. It loads its client on demand, and opening never waits for the backend: the first call does. */
const rows: { readonly [Kind in BackendKind]: Open<Kind> } = {
  embedded: async ({ folder }, clock) =>
    (await import('./embedded/embedded.ts')).openEmbedded({ folder, clock }),
  redis: async (place, clock, listener) =>
    (await import('./redis/redis.ts')).openRedis({ ...place, clock, listener }),
  dynamodb: async () => {
    throw new Fault('unsupported', 'This version cannot use dynamodb as a backend', {
      next: 'Set STATE_STORAGE_BACKEND to embedded or redis',
    });
  },
};

/** @throws Fault `unsupported` for a kind that is not built yet, `config-invalid` for a wrong address */
export function openBackend<Kind extends BackendKind>(
  place: Extract<BackendPlace, { kind: Kind }>,
  clock: Clock,
  listener: BackendListener = {},
): Promise<Backend> {
  return rows[place.kind as Kind](place, clock, listener);
}
