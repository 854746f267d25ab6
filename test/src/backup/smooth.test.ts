/**
 * The console's thread is never taken for long. Measured is the time that this thread works between two chances for a
 * key, not what passes: a machine that is busy with something else takes that from anybody.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diffArchives } from '../../../src/backup/diff.ts';
import { validateArchive } from '../../../src/backup/validate.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { multiplyGame, playGames } from '../../setup/redis-games.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

/** Of the 50 ms from a key to its paint; the rest is for the paint. */
const longestMs = 40;

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
  await playGames(redis.url, ['room']);
  await multiplyGame(redis.url, 'room', { games: 4_000, bytes: 12_000 });
}, 30_000);

afterAll(() => redis.stop());

test('a backup, its validation and a comparison leave room for keys, of 99 in 100', async () => {
  const backend = openTestRedis(redis.url);
  const { create, runner, apply, store } = backupWorld({
    backend,
    clock: systemClock,
    stateDir: tempFolder(),
  });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  const turns = await turnsDuring(async () => {
    expect((await apply(create, plan)).outcome).toBe('done');
    expect((await validateArchive(store, 'a', systemClock)).ok).toBe(true);
    const live = async () => backend;
    const { counts } = await diffArchives({ store, clock: systemClock, live }, 'a', 'live', { limit: 10 });
    expect(counts.same).toBe(4_001);
  });
  await backend.close();
  expect(p99(turns)).toBeLessThan(longestMs);
}, 30_000);

/** Milliseconds of work of this thread from each turn of the event loop to the next. */
async function turnsDuring(work: () => Promise<void>): Promise<number[]> {
  const turns: number[] = [];
  let before = workedMs();
  const watch = setInterval(() => {
    const now = workedMs();
    turns.push(now - before);
    before = now;
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return turns;
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const p99 = (turns: readonly number[]): number =>
  turns.toSorted((one, other) => one - other)[Math.floor(turns.length * 0.99)] ?? Number.POSITIVE_INFINITY;
