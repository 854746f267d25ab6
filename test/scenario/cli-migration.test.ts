/** From Redis to DynamoDB by the verbs that the runbook names; games of both layouts, finished ones retired. */
import { afterAll, beforeAll, expect } from 'vitest';
import { loadLibrary } from '../../src/runbook/library.ts';
import { documentOf } from '../setup/document.ts';
import { newTables, startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { playGames, writeLegacyGames } from '../setup/redis-games.ts';
import { test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

let redis: TestRedis;
let dynamo: TestDynamoDb;
let table: string;

beforeAll(async () => {
  [redis, dynamo] = await Promise.all([startRedis(), startDynamoDb()]);
  table = await newTables(dynamo.endpoint);
});
afterAll(() => Promise.all([redis.stop(), dynamo.stop()]));

const confirmed = ['--confirm', 'production'];

const verb = (world: TestWorld, args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  world.run([...args, '--json'], {
    env: {
      REDIS_URL: redis.url,
      STATE_PRIMARY_BACKEND: 'redis',
      STATE_SECONDARY_BACKEND: 'dynamodb',
      DYNAMODB_STATE_TABLE: table,
      DYNAMODB_ENDPOINT: dynamo.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...more,
    },
  });

test('games are migrated, copied, compared and counted, and each verb says what it found', async ({
  world,
}) => {
  await playGames(redis.url, ['alpha', 'bravo']);
  await writeLegacyGames(redis.url, ['old-1']);

  const compared = documentOf(await verb(world, ['games', 'compare']));
  expect(compared).toMatchObject({
    exit: 1,
    result: { verdict: 'different', counts: { 'only-primary': 3 } },
  });

  const preview = documentOf(await verb(world, ['games', 'migrate', '--all', '--dry-run']));
  expect(preview.result.plan.changes).toMatchObject([{ target: 'old-1 (legacy)', effect: 'update' }]);
  const migrated = documentOf(await verb(world, ['games', 'migrate', 'old-1', ...confirmed]));
  expect(migrated).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });

  const filled = documentOf(await verb(world, ['games', 'backfill', ...confirmed]));
  expect(filled).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
  const again = documentOf(await verb(world, ['games', 'compare']));
  expect(again).toMatchObject({ exit: 0, result: { verdict: 'same', counts: { same: 3 } } });

  const { result } = documentOf(await verb(world, ['status']));
  expect(result.storages).toMatchObject([
    { role: 'primary', counted: { games: { current: 3, legacy: 0 } } },
    { role: 'secondary', counted: { games: { current: 3, legacy: 0 } } },
  ]);
});

test('every command that its runbook names can be given as it stands', async ({ world }) => {
  await playGames(redis.url, ['delta']);
  const library = await loadLibrary([{ path: new URL('../../runbooks', import.meta.url).pathname }]);
  const nodes = Object.values(library.get('migrate-storage').nodes);
  const commands = new Set(nodes.flatMap((node) => (node.kind === 'instruction' ? node.commands : [])));
  expect(commands.size).toBeGreaterThan(5);
  for (const command of commands) {
    const [, ...args] = command.split(' ');
    const { exit, fault } = documentOf(await verb(world, args));
    expect({ command, exit, fault }).not.toMatchObject({ exit: 2 });
  }
});

test("with dual writes on, the operator's own changes reach both sides", async ({ world }) => {
  await playGames(redis.url, ['charlie']);
  await writeLegacyGames(redis.url, ['old-2']);
  const dual = { STATE_DUAL_WRITE: 'true' };
  documentOf(await verb(world, ['games', 'backfill', ...confirmed], dual));
  const migrated = documentOf(await verb(world, ['games', 'migrate', '--all', ...confirmed], dual));
  expect(migrated).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
  expect(migrated.result.report.checks).toContainEqual(
    expect.objectContaining({ name: 'The secondary has followed', kind: 'pass' }),
  );
  expect(documentOf(await verb(world, ['games', 'compare']))).toMatchObject({
    exit: 0,
    result: { verdict: 'same' },
  });
});

test('without a second backend there is nothing to compare with, and it says what to set', async ({
  world,
}) => {
  const ran = await world.run(['games', 'compare', '--json'], { env: { REDIS_URL: redis.url } });
  expect(documentOf(ran)).toMatchObject({
    exit: 2,
    fault: { code: 'config-invalid', next: expect.stringContaining('STATE_SECONDARY_BACKEND') },
  });
});

test('what a replica of either side says proves nothing, so nothing is compared', async ({ world }) => {
  for (const [first, second] of [
    ['redis', 'dynamodb'],
    ['dynamodb', 'redis'],
  ] as const) {
    const ran = await verb(world, ['games', 'compare'], {
      STATE_PRIMARY_BACKEND: first,
      STATE_SECONDARY_BACKEND: second,
      REDIS_READ_FROM: 'replica',
    });
    expect(documentOf(ran)).toMatchObject({
      exit: 2,
      fault: { code: 'config-invalid', message: expect.stringContaining('replica') },
    });
  }
});

test('retiring with nothing old enough is done, and removes nothing', async ({ world }) => {
  const retired = documentOf(await verb(world, ['backup', 'retire', ...confirmed]));
  expect(retired).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
});
