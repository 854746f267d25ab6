import { openEmbedded } from '../../src/backend/embedded/embedded.ts';
import type { Backend } from '../../src/backend/port.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openTestDynamoDb } from './dynamodb.ts';
import { openTestRedis } from './open-redis.ts';

/** @param address `embedded:<folder>`, `dynamodb:<endpoint>#<table>` or a Redis URL */
export function openAddress(address: string): Backend {
  const [kind = '', rest = ''] = address.split(/:(.*)/s);
  if (kind === 'embedded') return openEmbedded({ folder: rest, clock: systemClock });
  if (kind === 'dynamodb') {
    const [endpoint = '', table = ''] = rest.split('#');
    return openTestDynamoDb(endpoint, table);
  }
  return openTestRedis(address, { connectTimeoutMs: 5_000, operationTimeoutMs: 20_000 });
}
