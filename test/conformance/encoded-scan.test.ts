import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { scanEncoded } from '../../src/backend/encoded-scan.ts';
import { intercept } from '../../src/backend/intercept.ts';
import type { Backend, EncodedRead } from '../../src/backend/port.ts';
import { headOf } from '../../src/backend/record-head.ts';
import { keyOf } from '../../src/backend/redis/keys.ts';
import { markedBytes, storedBytes } from '../../src/backend/stored-value.ts';
import type { GameRecord } from '../../src/game/record.ts';
import { encodeRecord, recordDigest } from '../../src/game/record-codec.ts';
import { keyText } from '../../src/game/record-words.ts';
import { dynamoDbPlace, embeddedPlace, type Place, redisPlace } from '../setup/backend-places.ts';
import { startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { anyRecord, currentRecord, legacyRecord } from '../setup/game-records.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';

let server: TestRedis;
let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  [server, dynamoServer] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamoServer.stop()]));

const places: readonly [string, () => Promise<Place>][] = [
  ['the embedded backend', embeddedPlace],
  ['Redis', () => redisPlace(server.url)],
  ['DynamoDB', () => dynamoDbPlace(dynamoServer.endpoint)],
];

test.each(places)('%s: a scan hands out every game as archives hold it', async (_, openPlace) => {
  const backend = (await openPlace()).open();
  const later = Date.now() + 3_600_000;
  const records = [
    ...Array.from({ length: 60 }, (_, n) => currentRecord(`game ${n}`, { [`e:${n}`]: 'x'.repeat(n * 500) })),
    currentRecord('an end', {}, later),
    currentRecord('naïve ♠', { é: 'ü', '': '' }),
    currentRecord('many', Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`e:${n + 2}`, `${n}`]))),
    currentRecord('long', { 's:1': Buffer.alloc(300_000, 7) }),
    currentRecord('what looks like a text', { note: markedBytes({ kind: 'text', text: 'a' }) }),
    currentRecord('finished', { phase: 'GAME_OVER', updated: '1700000000000' }),
    legacyRecord('old', {}, later),
  ];
  for (const record of records) await backend.replaceRecord(record, 'absent');
  expect(await scanned(backend)).toEqual(inOrder(records.map(encoded)));
  // And through a wrapper.
  expect(await scanned(intercept(backend, (_, next) => next()))).toEqual(inOrder(records.map(encoded)));
});

test('any hash of Redis is encoded as its record is', async () => {
  const backend = (await redisPlace(server.url)).open();
  const raw = new Redis(server.url);
  onTestFinished(() => raw.disconnect());
  await fc.assert(
    fc.asyncProperty(anyRecord, async (wanted) => {
      const fields = wanted.parts.flatMap(({ name, value }) => [name, storedBytes(value)]);
      await raw.hset(keyOf(wanted, ''), ...fields.map((bytes) => Buffer.from(bytes)));
      if (wanted.expiresAtMs !== undefined) await raw.pexpireat(keyOf(wanted, ''), wanted.expiresAtMs);
      const [read] = await backend.readRecords([wanted]);
      if (read?.kind !== 'record') throw new Error(`It is ${read?.kind}`);
      expect(await scanned(backend)).toEqual([encoded(read.record)]);
      await backend.removeRecord(wanted, recordDigest(read.record));
    }),
    { numRuns: 150 },
  );
});

function encoded(record: GameRecord): EncodedRead {
  return { kind: 'record', key: headOf(record), bytes: encodeRecord(record) };
}

async function scanned(backend: Backend): Promise<EncodedRead[]> {
  const reads: EncodedRead[] = [];
  for await (const page of scanEncoded(backend)) {
    for (const read of page)
      reads.push(read.kind === 'record' ? { ...read, bytes: Buffer.from(read.bytes) } : read);
  }
  return inOrder(reads);
}

const inOrder = (reads: EncodedRead[]) => reads.sort((a, b) => (keyText(a.key) < keyText(b.key) ? -1 : 1));
