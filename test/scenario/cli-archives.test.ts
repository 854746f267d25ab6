/** Archives are compared, looked into and pruned from the shell, on a real Redis. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { redisLocation } from '../../src/backend/redis/address.ts';
import { createArchiveStore } from '../../src/backup/archive-store.ts';
import { systemClock } from '../../src/base/clock.ts';
import { putDated } from '../setup/dated-archives.ts';
import { documentOf } from '../setup/document.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { emptyRedis, playGames } from '../setup/redis-games.ts';
import { test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

beforeEach(() => emptyRedis(redis.url));

const verb = (world: TestWorld, ...args: readonly string[]) =>
  world.run([...args, '--json'], { env: { REDIS_URL: redis.url, ENVIRONMENT: 'staging' } });

const create = async (world: TestWorld, name: string) =>
  expect(documentOf(await verb(world, 'backup', 'create', '--name', name))).toMatchObject({ exit: 0 });

/** Made by the same storage so long ago. */
async function putOld(world: TestWorld, name: string, ageDays: number): Promise<void> {
  const source = redisLocation({ url: redis.url, readFrom: 'primary' });
  await putDated(createArchiveStore(world.backups), systemClock, name, { ageDays, source });
}

describe('an archive', () => {
  test('is compared with storage and with another one, and a game of it is shown', async ({ world }) => {
    await playGames(redis.url, ['gone', 'same']);
    await create(world, 'first');
    await emptyRedis(redis.url);
    await playGames(redis.url, ['new', 'same']);
    const live = documentOf(await verb(world, 'backup', 'diff', 'first'));
    expect(live).toMatchObject({
      exit: 0,
      result: { counts: { created: 1, removed: 1 }, to: { kind: 'live' } },
    });
    await create(world, 'second');
    const { result } = documentOf(await verb(world, 'backup', 'diff', 'first', 'second', '--limit', '1'));
    expect(result).toMatchObject({ counts: { created: 1, removed: 1 }, to: { name: 'second' } });
    expect(result.games).toHaveLength(1);

    const shown = documentOf(await verb(world, 'backup', 'show', 'first', 'gone'));
    expect(shown).toMatchObject({ exit: 0, result: { row: { id: 'gone' }, state: { kind: 'proved' } } });
    const one = documentOf(await verb(world, 'backup', 'diff', 'first', 'live', '--game', 'gone'));
    expect(one.result).toMatchObject({ is: 'removed', state: { changes: [{ pointer: '' }] } });
    for (const missing of [
      ['show', 'first', 'nobody'],
      ['show', 'nowhere', 'gone'],
      ['diff', 'first', '--game', 'nobody'],
    ])
      expect(documentOf(await verb(world, 'backup', ...missing)).exit).toBe(5);
  });

  test('that is old goes by a confirmed plan, and only once a newer one is verified', async ({ world }) => {
    await playGames(redis.url, ['a']);
    for (const [name, days] of [
      ['older', 70],
      ['old', 60],
    ] as const) {
      await putOld(world, name, days);
    }
    const prune = ['backup', 'prune', '--keep-last', '1', '--keep-daily', '1', '--keep-weekly', '1'];
    const early = documentOf(await verb(world, ...prune, '--dry-run')).result.plan;
    expect(early.changes.map(({ effect }: { effect: string }) => effect)).toEqual(['unchanged', 'unchanged']);
    await create(world, 'new');

    expect(documentOf(await verb(world, ...prune))).toMatchObject({
      exit: 4,
      fault: { code: 'unconfirmed' },
    });
    const { plan } = documentOf(await verb(world, ...prune, '--dry-run')).result;
    expect(plan.title).toMatch(/^Remove 2 of 3 archives/);
    expect((await readdir(world.backups)).filter((name) => name.endsWith('.gka'))).toHaveLength(3);
    const apply = await verb(world, 'backup', 'prune', '--plan', plan.id, '--confirm', 'staging');
    expect(documentOf(apply)).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
    expect((await readdir(world.backups)).sort()).toEqual([
      'new.gka',
      'new.manifest.json',
      'new.verified.json',
    ]);
  });
});
