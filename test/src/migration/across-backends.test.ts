/** The way of a platform from one storage to another, on the real ones. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { createBackfillAction } from '../../../src/migration/backfill.ts';
import { compareGames, verdictOf } from '../../../src/migration/compare.ts';
import { createMigrateAction } from '../../../src/migration/migrate.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { playGames, writeLegacyGames } from '../../setup/redis-games.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

test('games of both layouts move from Redis to an embedded store, and are equal there by content', async () => {
  await playGames(server.url, ['new-1', 'new-2']);
  await writeLegacyGames(server.url, ['old-1', '{a}{b}']);
  const clock = systemClock;
  const [primary, secondary] = [
    openTestRedis(server.url),
    openEmbedded({ folder: join(tempFolder(), 'games'), clock }),
  ];
  const migrate = createMigrateAction({
    backend: primary,
    codec: plainCodec,
    encrypts: false,
    clock,
    random: randomHex,
    actor: { user: 'ana', host: 'bastion' },
    platform: undefined,
    watchMs: 1,
  });
  expect((await carryOut(migrate, { ids: 'all', idleMs: 60_000 })).outcome).toBe('done');
  const backfill = createBackfillAction({ primary, secondary, clock });
  expect((await carryOut(backfill, { onExisting: 'newer' })).outcome).toBe('done');

  const comparison = await compareGames({ primary, secondary }, clock, () => {});
  expect(comparison.counts).toMatchObject({ same: 4, different: 0 });
  expect(verdictOf(comparison)).toBe('same');
  const { engine } = engineRoom(secondary);
  expect(await engine.load(parseGameId('{a}{b}'))).toMatchObject({ revision: 1, phase: 'TURN' });
  expect(await engine.load(parseGameId('new-1'))).toMatchObject({ revision: 5 });
  await Promise.all([primary.close(), secondary.close()]);
});
