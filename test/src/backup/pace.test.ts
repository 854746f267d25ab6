import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { asPrimary } from '../../../src/compose/from-primary.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { openAddress } from '../../setup/open-address.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const [games, gamesPerSecond] = [150, 100];

test('Redis is asked for no more games a second than the rate says, by the plan and by the backup', async () => {
  const backend = asPrimary(openAddress(server.url));
  onTestFinished(() => backend.close());
  for (let n = 0; n < games; n++) await backend.replaceRecord(gameRecord({ id: `game-${n}` }), 'absent');
  const { runner, create, apply } = backupWorld({ backend, clock: systemClock, stateDir: tempFolder() });
  const watch = await watchReads();
  const where = { idPattern: 'game-1*' };
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true, gamesPerSecond, where });
  expect(await apply(create, plan)).toMatchObject({ outcome: 'done' });
  const reads = await watch.stop();
  expect(reads.at(-1)?.count).toBeGreaterThanOrEqual(games);
  // Timers may be early by a part of what they count in.
  expect(reads.filter(({ count, afterMs }) => count > ((afterMs + 5) / 1000) * gamesPerSecond)).toEqual([]);
});

/** How many games were read since it began, each count no younger than its time. */
async function watchReads() {
  const redis = new Redis(server.url);
  await redis.config('RESETSTAT');
  const beganAtMs = performance.now();
  const reads: { count: number; afterMs: number }[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const stats = await redis.info('commandstats');
      const afterMs = performance.now() - beganAtMs;
      reads.push({ count: Number(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1] ?? 0), afterMs });
      await systemClock.sleep(5);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      redis.disconnect();
      return reads;
    },
  };
}
