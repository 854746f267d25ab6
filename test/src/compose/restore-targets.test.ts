/** Restores that go to another place than the one that is configured. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { compose } from '../../../src/compose/compose.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { newTables, startDynamoDb, type TestDynamoDb } from '../../setup/dynamodb.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { faultOf, scannedIds, serveRedis } from '../../setup/redis-calls.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  dynamoServer = await startDynamoDb();
});
afterAll(() => dynamoServer.stop());

async function openWorld(given: Readonly<Record<string, string>>) {
  const settings = await loadSettings({}, { XDG_CONFIG_HOME: tempFolder(), ...given });
  const world = compose({ settings, readOnly: false, version: '0' });
  onTestFinished(() => world.close());
  return world;
}

/** Two games in Redis, and archive `a` of them. */
async function room() {
  const { url } = await serveRedis();
  const given = {
    ENVIRONMENT: 'staging',
    STATE_STORAGE_BACKEND: 'redis',
    REDIS_URL: url,
    DYNAMODB_ENDPOINT: dynamoServer.endpoint,
    STATE_BACKUP_LOCATION: tempFolder(),
    GAMEKEEPER_STATE_DIR: tempFolder(),
  };
  const world = await openWorld(given);
  const here = await world.backend();
  for (const record of [currentRecord('new'), legacyRecord('old')]) {
    await here.replaceRecord(record, 'absent');
  }
  const create = await world.actions['backup create']();
  expect((await carryOut(create, { name: 'a', includeCompleted: true })).outcome).toBe('done');
  const restore = await world.actions['backup restore']();
  const restoreTo = (to: string) => carryOut(restore, { archive: 'a', onExisting: 'fail', to });
  return { given, world, here, restore, restoreTo };
}

test('games go under another prefix of the same Redis, which is a place of its own', async () => {
  const { given, here, restoreTo } = await room();
  expect(await restoreTo('redis/copy:')).toMatchObject({
    outcome: 'done',
    title: expect.stringMatching(/ to redis:.*, keys copy:…, games: 2 to create/),
  });
  expect(await scannedIds(here)).toHaveLength(2);
  const copy = await (await openWorld({ ...given, REDIS_KEY_PREFIX: 'copy:' })).backend();
  expect((await scannedIds(copy)).sort()).toEqual(['new', 'old']);
  expect((await copy.census()).games.reduce((sum, { count }) => sum + count, 0)).toBe(2);
});

test('games go to a table of DynamoDB and to a folder', async () => {
  const { given, restoreTo } = await room();
  const table = await newTables(dynamoServer.endpoint);
  expect((await restoreTo(`dynamodb/${table}`)).outcome).toBe('done');
  const there = { ...given, STATE_STORAGE_BACKEND: 'dynamodb', DYNAMODB_STATE_TABLE: table };
  expect((await scannedIds(await (await openWorld(there)).backend())).sort()).toEqual(['new', 'old']);

  const folder = join(tempFolder(), 'games');
  expect(await restoreTo(`embedded/${folder}`)).toMatchObject({
    outcome: 'done',
    title: expect.stringContaining(folder),
  });
  expect((await restoreTo(`embedded/${folder}`)).title).toContain('0 to create, 0 to overwrite, 2 unchanged');
});

test('the place that is configured may be named too, and is the one that servers play from', async () => {
  const { restore } = await room();
  const { detail, unverified } = await restore.draft({ archive: 'a', onExisting: 'fail', to: 'redis' });
  expect(detail.games.map(({ does }) => does)).toEqual(['unchanged', 'unchanged']);
  expect(unverified[0]).toContain('set STATE_ADMIN_TOKEN');
});

test.each(['', 'memcached', 'redis/game:', 'redis/{a}', 'redis/', 'dynamodb/x', 'embedded', 'embedded/'])(
  '"%s" is no place to restore to',
  async (to) => {
    const world = await openWorld({ REDIS_URL: 'redis://127.0.0.1:1', STATE_BACKUP_LOCATION: tempFolder() });
    const restore = await world.actions['backup restore']();
    expect(await faultOf(restore.draft({ archive: 'a', onExisting: 'fail', to }))).toMatchObject({
      code: 'wrong-use',
      next: expect.stringContaining('redis/PREFIX'),
    });
  },
);

test('what is simulated goes to nothing real', async () => {
  const world = await openWorld({ GAMEKEEPER_STATE_DIR: tempFolder(), STATE_BACKUP_LOCATION: tempFolder() });
  const restore = await world.actions['backup restore']();
  expect(await faultOf(restore.draft({ archive: 'a', onExisting: 'fail', to: 'redis' }))).toMatchObject({
    code: 'refused',
  });
});
