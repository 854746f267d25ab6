import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { keyOf } from '../../src/backend/redis/keys.ts';
import { storedBytes } from '../../src/backend/stored-value.ts';
import type { GameRecord, RecordKey } from '../../src/game/record.ts';
import { encodeRecord, recordDigest } from '../../src/game/record-codec.ts';
import { dynamoDbPlace, embeddedPlace, type Place, redisPlace } from '../setup/backend-places.ts';
import { startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { anyRecord } from '../setup/game-records.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';

let server: TestRedis;
let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  [server, dynamoServer] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamoServer.stop()]));

const hosts: readonly [string, () => Promise<Place>][] = [
  ['the embedded backend', embeddedPlace],
  ['DynamoDB', () => dynamoDbPlace(dynamoServer.endpoint)],
];

test.each(hosts)('any hash of Redis comes back the same after a stay in %s', async (_, openHost) => {
  const [redis, host] = [(await redisPlace(server.url)).open(), (await openHost()).open()];
  const raw = rawClient();
  await fc.assert(
    fc.asyncProperty(anyRecord, async (wanted) => {
      await writeRaw(raw, wanted);
      const before = await readRaw(raw, wanted);

      const fromRedis = await take(redis, wanted);
      await host.replaceRecord(fromRedis, 'absent');
      const fromHost = await take(host, wanted);
      await redis.replaceRecord(fromHost, 'absent');

      expect(await readRaw(raw, wanted)).toEqual(before);
      await redis.removeRecord(wanted, recordDigest(wanted));
    }),
    { numRuns: 150 },
  );
});

const guests: readonly [string, () => Promise<Place>][] = [
  ['Redis', () => redisPlace(server.url)],
  ['DynamoDB', () => dynamoDbPlace(dynamoServer.endpoint)],
];

test.each(guests)(
  'any game of the embedded backend comes back the same after a stay in %s',
  async (_, openHost) => {
    const [host, embedded] = [(await openHost()).open(), (await embeddedPlace()).open()];
    await fc.assert(
      fc.asyncProperty(anyRecord, async (wanted) => {
        await embedded.replaceRecord(wanted, 'absent');
        await host.replaceRecord(await take(embedded, wanted), 'absent');
        await embedded.replaceRecord(await take(host, wanted), 'absent');
        expect(encodeRecord(await take(embedded, wanted))).toEqual(encodeRecord(wanted));
      }),
      { numRuns: 150 },
    );
  },
);

/** Reads and removes. */
async function take(backend: Backend, key: RecordKey): Promise<GameRecord> {
  const [read] = await backend.readRecords([key]);
  if (read?.kind !== 'record') throw new Error(`Expected a record, got ${read?.kind}`);
  expect(await backend.removeRecord(key, recordDigest(read.record))).toEqual({ kind: 'written' });
  return read.record;
}

function rawClient(): Redis {
  const raw = new Redis(server.url, { protocol: 2 });
  onTestFinished(() => raw.disconnect());
  return raw;
}

async function writeRaw(raw: Redis, record: GameRecord): Promise<void> {
  const fields = record.parts.flatMap(({ name, value }) => [
    Buffer.from(name),
    Buffer.from(storedBytes(value)),
  ]);
  await raw.hset(keyOf(record, ''), ...fields);
  if (record.expiresAtMs !== undefined) await raw.pexpireat(keyOf(record, ''), record.expiresAtMs);
}

async function readRaw(raw: Redis, key: RecordKey) {
  // Names and values in turn.
  const fields = (await raw.callBuffer('HGETALL', keyOf(key, ''))) as Buffer[];
  const pairs = fields.flatMap((name, at) =>
    at % 2 ? [] : [`${name.toString('hex')} ${fields[at + 1]?.toString('hex')}`],
  );
  return { pairs: pairs.sort(), expiry: await raw.pexpiretime(keyOf(key, '')) };
}
