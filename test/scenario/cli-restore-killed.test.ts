/** The program that restores is killed while it writes; nobody can tell it to stop, and nothing tidies up after it. */
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { lockKey } from '../../src/backend/redis/keys.ts';
import { documentOf } from '../setup/document.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, emptyRedis, multiplyGame, playGames, withRedis } from '../setup/redis-games.ts';
import { test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

const games = 6_001;

let source: TestRedis;
let target: TestRedis;
let before: Awaited<ReturnType<typeof contentOf>>;

beforeAll(async () => {
  [source, target] = await Promise.all([startRedis(), startRedis()]);
  await playGames(source.url, ['alpha']);
  await multiplyGame(source.url, 'alpha', { games: games - 1, bytes: 1_000 });
  before = await contentOf(source.url);
});

afterAll(async () => {
  await Promise.all([source, target].map((redis) => redis.stop()));
});

beforeEach(() => emptyRedis(target.url));

const restore = ['backup', 'restore', 'all', '--confirm', 'production', '--json'];
const onTarget = () => ({ env: { REDIS_URL: target.url } });

/** @returns the keys that are there then, without the lock of the storage */
async function killHalfWay(world: TestWorld): Promise<readonly string[]> {
  const restoring = world.open({ columns: 80, rows: 24 }, restore, onTarget().env);
  return withRedis(target.url, async (redis) => {
    let isOver = false;
    restoring.exited.then(() => {
      isOver = true;
    });
    // The first key is the lock.
    while (!isOver && (await redis.dbsize()) < 2);
    target.pause();
    restoring.kill('SIGKILL');
    expect(await restoring.exited).toMatchObject({ signal: 9 });
    target.resume();
    // What the dead had sent is still carried out, up to where its connections end.
    while (linesOf(await redis.client('LIST')) > 1);
    return (await redis.keys('*')).filter((key) => key !== lockKey(''));
  });
}

const linesOf = (text: unknown) => String(text).trim().split('\n').length;

describe('a restore that is killed while it writes', () => {
  test.for([
    { how: 'gone on with', args: ['--resume'] },
    { how: 'made once more', args: [] },
  ])('leaves whole games only, and $how brings the others', async ({ args }, { world }) => {
    const env = { REDIS_URL: source.url };
    documentOf(await world.run(['backup', 'create', '--name', 'all', '--json'], { env }));
    const written = await killHalfWay(world);
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(games);
    const there = await contentOf(target.url);
    for (const key of written) expect(there[key]).toEqual(before[key]);

    const { result } = documentOf(await world.run([...restore, ...args], onTarget()));
    expect(result.report.outcome).toBe('done');
    const effects = result.report.changes.map(({ effect }: { effect: string }) => effect);
    expect(effects.filter((effect: string) => effect === 'create')).toHaveLength(games - written.length);
    expect(await contentOf(target.url)).toEqual(before);
  });
});
