/** The way of a platform from one storage to another, on the real ones. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import type { PrimaryBackend } from '../../../src/backend/port.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { createBackfillAction } from '../../../src/migration/backfill.ts';
import { compareGames, verdictOf } from '../../../src/migration/compare.ts';
import { carries, fieldsDigest } from '../../../src/migration/legacy-to-current.ts';
import { createMigrateAction } from '../../../src/migration/migrate.ts';
import { carryOut } from '../../setup/carry-out.ts';
import {
  newTables,
  openTestDynamoDb,
  putRaw,
  startDynamoDb,
  type TestDynamoDb,
} from '../../setup/dynamodb.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { playGames, writeLegacyGames } from '../../setup/redis-games.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestRedis;
let dynamo: TestDynamoDb;
beforeAll(async () => {
  [server, dynamo] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamo.stop()]));

const migrationOn = (backend: PrimaryBackend) =>
  createMigrateAction({
    backend,
    codec: plainCodec,
    encrypts: false,
    clock: systemClock,
    random: randomHex,
    actor: { user: 'ana', host: 'bastion' },
    platform: undefined,
    watchMs: 1,
  });
const everything = { ids: 'all', idleMs: 60_000 } as const;

test('games of both layouts move from Redis to an embedded store, and are equal there by content', async () => {
  await playGames(server.url, ['new-1', 'new-2']);
  await writeLegacyGames(server.url, ['old-1', '{a}{b}']);
  const clock = systemClock;
  const [primary, secondary] = [
    openTestRedis(server.url),
    openEmbedded({ folder: join(tempFolder(), 'games'), clock }),
  ];
  expect((await carryOut(migrationOn(primary), everything)).outcome).toBe('done');
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

test('a legacy game of DynamoDB keeps every type and digit on its way to the table of the current layout', async () => {
  const table = await newTables(dynamo.endpoint);
  const digits = '12345678901234567890123456789012345678';
  await putRaw(dynamo.endpoint, table, {
    game_id: { S: 'old-1' },
    phase: { S: 'TURN' },
    state: { M: { room_id: { S: 'old-1' }, turn: { N: '7' } } },
    snapshots: { L: [] },
    transitions: { L: [{ M: { to: { S: 'TURN' } } }] },
    last_updated: { S: '2026-01-05T03:00:00Z' },
    score: { N: digits },
    tags: { BS: [Buffer.of(0, 255)] },
  });
  const backend = openTestDynamoDb(dynamo.endpoint, table);
  const [before] = await backend.readRecords([{ id: 'old-1', layout: 'legacy' }]);
  expect((await carryOut(migrationOn(backend), everything)).outcome).toBe('done');

  const [legacy, current] = await backend.readRecords([
    { id: 'old-1', layout: 'legacy' },
    { id: 'old-1', layout: 'current' },
  ]);
  expect(legacy?.kind).toBe('absent');
  if (before?.kind !== 'record' || current?.kind !== 'record') throw new Error('The game was not read');
  expect(carries(current.record, fieldsDigest(before.record))).toBe(true);
  const score = current.record.parts.find(({ name }) => Buffer.from(name).toString() === 'legacy:score');
  expect(score?.value).toEqual({ kind: 'number', digits });
  const { engine } = engineRoom(backend);
  expect(await engine.load(parseGameId('old-1'))).toMatchObject({ state: { room_id: 'old-1', turn: 7 } });
  await backend.close();
});
