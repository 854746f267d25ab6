import type { Clock } from '../base/clock.ts';
import type { DynamoDbPlace } from './dynamodb/client.ts';
import type { Backend, BackendKind, BackendListener, PrimaryBackend } from './port.ts';
import type { RedisPlace } from './redis/redis.ts';

/** Where games are kept, and what it takes to get there. */
export type BackendPlace =
  | { readonly kind: 'embedded'; readonly folder: string }
  | ({ readonly kind: 'redis' } & RedisPlace)
  | ({ readonly kind: 'dynamodb' } & DynamoDbPlace);

/** Only Redis can be read from a replica. */
type Opened<Kind extends BackendKind> = Kind extends 'redis' ? Backend : PrimaryBackend;

type Open<Kind extends BackendKind> = (
  place: Extract<BackendPlace, { kind: Kind }>,
  clock: Clock,
  listener: BackendListener,
) => Promise<Opened<Kind>>;

/** One row a backend. It loads its client on demand, and opening never waits for the backend: the first call does. */
const rows: { readonly [Kind in BackendKind]: Open<Kind> } = {
  embedded: async ({ folder }, clock) =>
    (await import('./embedded/embedded.ts')).openEmbedded({ folder, clock }),
  redis: async (place, clock, listener) =>
    (await import('./redis/redis.ts')).openRedis({ ...place, clock, listener }),
  dynamodb: async (place, clock, listener) => {
    const [{ openDynamoDb }, { regionOf }] = await Promise.all([
      import('./dynamodb/dynamodb.ts'),
      import('./dynamodb/client.ts'),
    ]);
    return openDynamoDb({ ...place, region: await regionOf(place.endpoint), clock, listener });
  },
};

/** @throws Fault `config-invalid` for a wrong address, or when no AWS region is set */
export function openBackend<Kind extends BackendKind>(
  place: Extract<BackendPlace, { kind: Kind }>,
  clock: Clock,
  listener: BackendListener = {},
): Promise<Opened<Kind>> {
  return rows[place.kind as Kind](place, clock, listener);
}

/**
 * Makes the table that a DynamoDB place names, or with `withLegacy` a legacy one under that name and the current one
 * beside it: for staging, where nobody else does.
 *
 * @throws Fault also when there is one already
 */
export async function createDynamoDbTables(place: DynamoDbPlace, withLegacy = false): Promise<void> {
  const { createTables } = await import('./dynamodb/create-tables.ts');
  await createTables(place, withLegacy);
}
