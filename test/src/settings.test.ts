import { expect, test } from 'vitest';
import { productionSettings } from '../../src/engine/settings.ts';
import { loadServerSettings } from '../../src/settings.ts';

test('with nothing set a game server runs as production does, and has no storage yet', async () => {
  expect(await loadServerSettings({})).toEqual({
    environment: 'sandbox',
    engine: productionSettings,
    storage: undefined,
    secondary: undefined,
    dualWrite: false,
    adminToken: undefined,
  });
});

test('a game server goes by the variables that gamekeeper reads', async () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const settings = await loadServerSettings({
    ENVIRONMENT: 'staging',
    REDIS_URL: 'redis://h:6379/0',
    STATE_PRESET: 'high_performance',
    STATE_CACHE_SIZE: '700',
    STATE_CACHE_TTL: '60',
    STATE_ENCRYPTION: 'true',
    STATE_ENCRYPTION_KEYS: `k1:${key}`,
    STATE_ADMIN_TOKEN: 'a-long-token',
  });
  expect(settings).toMatchObject({
    environment: 'staging',
    engine: { strategy: 'snapshot-only', cacheGames: 700, cacheTtlMs: 60_000, keys: { current: 'k1' } },
    storage: { kind: 'redis', url: 'redis://h:6379/0' },
    adminToken: 'a-long-token',
  });
});

test('what cannot be used is refused, all of it at once', async () => {
  const env = { STATE_CACHE_SIZE: '0', STATE_STRATEGY: 'none' };
  await expect(loadServerSettings(env)).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(
      /STATE_CACHE_SIZE[\s\S]*STATE_STRATEGY|STATE_STRATEGY[\s\S]*STATE_CACHE_SIZE/,
    ),
  });
});
