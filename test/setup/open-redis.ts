import type { Backend, PrimaryBackend } from '../../src/backend/port.ts';
import { openRedis } from '../../src/backend/redis/redis.ts';
import { systemClock } from '../../src/base/clock.ts';

type Options = Parameters<typeof openRedis>[0];

/** As the configuration's defaults would have it, but quicker to give up. */
export function openTestRedis(
  url: string,
  more?: Partial<Omit<Options, 'readFrom'>> & { readonly readFrom?: 'primary' },
): PrimaryBackend;
export function openTestRedis(url: string, more?: Partial<Options>): Backend;
export function openTestRedis(url: string, more: Partial<Options> = {}): Backend {
  return openRedis({
    url,
    readFrom: 'primary',
    poolSize: 20,
    connectTimeoutMs: 2_000,
    operationTimeoutMs: 5_000,
    clock: systemClock,
    ...more,
  });
}
