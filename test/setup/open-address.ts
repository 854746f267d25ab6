import { openEmbedded } from '../../src/backend/embedded/embedded.ts';
import type { Backend } from '../../src/backend/port.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openTestRedis } from './open-redis.ts';

/** @param address `embedded:<folder>` or a Redis URL */
export function openAddress(address: string): Backend {
  const folder = /^embedded:(.*)/s.exec(address)?.[1];
  return folder === undefined
    ? openTestRedis(address, { connectTimeoutMs: 5_000, operationTimeoutMs: 20_000 })
    : openEmbedded({ folder, clock: systemClock });
}
