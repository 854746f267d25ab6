import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createRecords } from '../../../src/backend/create-records.ts';
import { walkRecord } from '../../../src/game/encoded-record.ts';
import { encodeRecord } from '../../../src/game/record-codec.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';

let server: TestRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
});
beforeEach(async () => {
  await admin.flushall();
  await admin.config('RESETSTAT');
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const games = Array.from({ length: 30 }, (_, n) => currentRecord(`g${n}`, { n: `${n}` }));
const encoded = games.map((game) => walkRecord(encodeRecord(game)));

/** How often each command was carried out. */
async function callsOf(command: string): Promise<number> {
  const stats = await admin.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

async function create(url = server.url): Promise<string[]> {
  const backend = openTestRedis(url);
  onTestFinished(() => backend.close());
  return (await createRecords(backend, encoded)).map(({ kind }) => kind);
}

describe('games created together in Redis', () => {
  test('go in one transaction without scripts, and leave no passing name', async () => {
    await admin.hset('gk1:{game:g3}', 'by', 'them');
    const kinds = await create();
    expect(kinds).toEqual(games.map(({ id }) => (id === 'g3' ? 'changed' : 'written')));
    expect(await callsOf('renamenx')).toBe(games.length);
    expect([await callsOf('eval'), await callsOf('evalsha')]).toEqual([0, 0]);
    expect((await admin.keys('*')).sort()).toEqual(games.map(({ id }) => `gk1:{game:${id}}`).sort());
    expect(await admin.hgetall('gk1:{game:g3}')).toEqual({ by: 'them' });
  });

  test.each([
    ['may not begin a transaction', '-multi'],
    ['may not rename', '-renamenx'],
  ])('go by script for a user who %s', async (_, right) => {
    await admin.call('ACL', 'SETUSER', 'keeper', 'reset', 'on', '>secret', '~*', '&*', '+@all', right);
    expect(await create(server.url.replace('redis://', 'redis://keeper:secret@'))).toEqual(
      games.map(() => 'written'),
    );
    expect(await admin.dbsize()).toBe(games.length);
    expect(await callsOf('renamenx')).toBe(0);
  });

  test('are refused as a whole by a server that is out of memory, and none is there', async () => {
    await admin.config('SET', 'maxmemory', '1');
    try {
      expect(new Set(await create())).toEqual(new Set(['failed']));
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
    expect(await admin.dbsize()).toBe(0);
  });
});
