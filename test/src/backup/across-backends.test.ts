import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import type { Backend, Operation, PrimaryBackend } from '../../../src/backend/port.ts';
import type { RestoreDetail } from '../../../src/backup/restore-plan.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { newTables, openTestDynamoDb, startDynamoDb, type TestDynamoDb } from '../../setup/dynamodb.ts';
import { anyRecord } from '../../setup/game-records.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestRedis;
let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  [server, dynamoServer] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamoServer.stop()]));

function closing<B extends Backend>(backend: B): B {
  onTestFinished(() => backend.close());
  return backend;
}

const embedded = () => closing(openEmbedded({ folder: join(tempFolder(), 'games'), clock: systemClock }));
const redis = (keyPrefix: string) => closing(openTestRedis(server.url, { keyPrefix }));

const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function odd(record: GameRecord): GameRecord {
  const part = { name: Buffer.of(0xff, 0), value: { kind: 'bytes', bytes: binary } } as const;
  return { ...record, parts: [...record.parts, part] };
}

const named: readonly GameRecord[] = [
  gameRecord({
    id: 'game-1',
    revision: 12,
    fields: { created: '1', updated: '2', 'e:12': '{}', 's:10': '{"a":1}' },
  }),
  gameRecord({
    id: 'game-1',
    layout: 'legacy',
    phase: 'SCORING',
    fields: { state: '{}', transitions: '[]', vip: 'yes' },
  }),
  gameRecord({ id: 'expiring', revision: 2, expiresAtMs: Date.now() + 3_600_000 }),
  gameRecord({ id: '{a}{b}', revision: 3, phase: 'not a phase' }),
  gameRecord({ id: '\u001b[2Jünï 🎲', fields: { empty: '', rev0: '007' } }),
  odd(gameRecord({ id: 'binary', revision: 9 })),
  odd(gameRecord({ id: 'binary-legacy', layout: 'legacy', fields: { rev: 'x', last_updated: '' } })),
  gameRecord({ id: 'large', revision: 3, fields: { 's:3': 'x'.repeat(60_000), 'e:3': 'y'.repeat(5000) } }),
];

/** Every type and shape that a backend may hold, the same ones each time. */
const odder = fc.sample(anyRecord, { numRuns: 40, seed: 5 });
const games = [...new Map([...odder, ...named].map((record) => [keyText(record), record])).values()];

async function digestsOf(backend: Backend): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for await (const page of backend.scan()) {
    for (const [index, read] of (await backend.readRecords(page)).entries()) {
      const key = page[index];
      if (key && read.kind === 'record') digests[keyText(key)] = recordDigest(read.record);
    }
  }
  return digests;
}

async function fill(backend: Backend): Promise<Record<string, string>> {
  for (const game of games) expect(await backend.replaceRecord(game, 'absent')).toEqual({ kind: 'written' });
  const original = await digestsOf(backend);
  expect(Object.keys(original)).toHaveLength(games.length);
  return original;
}

test('from Redis to DynamoDB to embedded and back to Redis every game is the same record', async () => {
  const first = redis('first:');
  const original = await fill(first);
  const places: Readonly<Record<string, PrimaryBackend>> = {
    dynamodb: closing(openTestDynamoDb(dynamoServer.endpoint, await newTables(dynamoServer.endpoint))),
    embedded: embedded(),
    'redis/again:': redis('again:'),
  };
  const elsewhere = (to: string) => {
    const backend = places[to];
    if (!backend) throw new Error(`No place ${to}`);
    return { backend, admin: undefined, isPlayed: false };
  };
  const stateDir = tempFolder();
  let from = backupWorld({ backend: first, clock: systemClock, stateDir, elsewhere });
  const { files } = from;
  for (const [to, backend] of Object.entries(places)) {
    expect(await from.backUp(`to-${Object.keys(places).indexOf(to)}`)).toMatchObject({ outcome: 'done' });
    const archive = `to-${Object.keys(places).indexOf(to)}`;
    const report = await from.restoreAll({ archive, onExisting: 'fail', to });
    expect(report).toMatchObject({ outcome: 'done' });
    expect(await digestsOf(backend)).toEqual(original);
    from = backupWorld({ backend, clock: systemClock, stateDir, files, elsewhere });
  }
  expect(await digestsOf(first)).toEqual(original);
}, 60_000);

test('a restore over games of Redis is undone to the very records', async () => {
  const backend = redis('undone:');
  const original = await fill(backend);
  const { backUp, restoreAll, undo } = backupWorld({ backend, clock: systemClock, stateDir: tempFolder() });
  await backUp('a');
  for (const [index, game] of games.entries()) {
    const digest = original[keyText(game)] ?? '';
    if (index % 3 === 0) await backend.removeRecord(game, digest);
    else if (index % 3 === 1) {
      await backend.replaceRecord(gameRecord({ id: game.id, layout: game.layout, revision: 90 }), digest);
    }
  }
  const before = await digestsOf(backend);
  const { runId, outcome } = await restoreAll();
  expect(outcome).toBe('done');
  expect(await digestsOf(backend)).toEqual(original);
  expect(await undo(runId)).toMatchObject({ outcome: 'done' });
  expect(await digestsOf(backend)).toEqual(before);
}, 60_000);

test('the plan says what capacity DynamoDB will count', async () => {
  const source = embedded();
  await fill(source);
  const counted = { reads: 0, writes: 0 };
  const listener = {
    capacity({ operation, reads, writes }: { operation: Operation; reads: number; writes: number }) {
      if (operation === 'changeLock') return;
      counted.reads += reads;
      counted.writes += writes;
    },
  };
  const table = await newTables(dynamoServer.endpoint);
  const backend = closing(openTestDynamoDb(dynamoServer.endpoint, table, { listener }));
  const elsewhere = () => ({ backend, admin: undefined, isPlayed: false });
  const clock = systemClock;
  const room = backupWorld({ backend: source, clock, stateDir: tempFolder(), elsewhere });
  await room.backUp('a');
  const wanted = { archive: 'a', onExisting: 'fail', to: 'dynamodb' } as const;
  const plan = await room.runner.prepare(room.restore, wanted);
  expect(plan.estimates?.at(-1)).toMatch(/^DynamoDB: about \d+ write and \d+ read units, less than 0.01 USD/);
  Object.assign(counted, { reads: 0, writes: 0 });
  expect(await room.apply(room.restore, plan)).toMatchObject({ outcome: 'done' });
  const { capacity } = (plan.detail as RestoreDetail).estimate;
  expect(capacity?.writes).toBe(counted.writes);
  // Reading what is absent costs too, which the stand-in does not always count.
  expect(capacity?.reads).toBeGreaterThanOrEqual(counted.reads);
  expect(capacity?.reads).toBeLessThan(2 * counted.reads);
}, 60_000);
