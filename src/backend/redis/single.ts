import type { Endpoint } from './address.ts';
import { createPool, type PoolSettings } from './pool.ts';
import { type Servers, scanServer } from './servers.ts';

/** One server, whatever its role: a replica refuses writes itself. */
export function openSingle(
  server: Endpoint,
  readFrom: 'primary' | 'replica',
  settings: PoolSettings,
): Servers {
  const pool = createPool(server, settings);
  return {
    prefix: settings.prefix,
    call: (_, { lane }, command) => pool.run(command, lane),
    each: async (command) => [{ server: pool.server, answer: await pool.run(command) }],
    readers: async (keys) => keys.map(() => pool),
    keys: (pattern) => scanServer(async () => pool, pattern),
    writer: async () => pool,
    primaryRole: readFrom === 'replica' ? 'slave' : 'master',
    examine: async () => [],
    close: () => pool.close(),
  };
}
