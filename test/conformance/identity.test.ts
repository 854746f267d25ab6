import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { keyOf } from '../../src/backend/redis/keys.ts';
import { storedBytes } from '../../src/backend/stored-value.ts';
import type { GameRecord, RecordKey } from '../../src/game/record.ts';
import { encodeRecord, recordDigest } from '../../src/game/record-codec.ts';
import { embeddedPlace, redisPlace } from '../setup/backend-places.ts';
import { anyRecord } from '../setup/game-records.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

test('any hash of Redis comes back the same after a stay in the embedded backend', async () => {
  const [redis, embedded] = [(await redisPlace(server.url)).open(), (await embeddedPlace()).open()];
  const raw = rawClient();
  await fc.assert(
    fc.asyncProperty(anyRecord, async (wanted) => {
      await writeRaw(raw, wanted);
      const before = await readRaw(raw, wanted);

      const fromRedis = await take(redis, wanted);
      await embedded.replaceRecord(fromRedis, 'absent');
      const fromEmbedded = await take(embedded, wanted);
      await redis.replaceRecord(fromEmbedded, 'absent');

      expect(await readRaw(raw, wanted)).toEqual(before);
      await redis.removeRecord(wanted, recordDigest(wanted));
    }),
    { numRuns: 150 },
  );
});

test('any game of the embedded backend comes back the same after a stay in Redis', async () => {
  const [redis, embedded] = [(await redisPlace(server.url)).open(), (await embeddedPlace()).open()];
  await fc.assert(
    fc.asyncProperty(anyRecord, async (wanted) => {
      await embedded.replaceRecord(wanted, 'absent');
      await redis.replaceRecord(await take(embedded, wanted), 'absent');
      await embedded.replaceRecord(await take(redis, wanted), 'absent');
      expect(encodeRecord(await take(embedded, wanted))).toEqual(encodeRecord(wanted));
    }),
    { numRuns: 150 },
  );
});

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
  await raw.hset(keyOf(record), ...fields);
  if (record.expiresAtMs !== undefined) await raw.pexpireat(keyOf(record), record.expiresAtMs);
}

async function readRaw(raw: Redis, key: RecordKey) {
  // Names and values in turn.
  const fields = (await raw.callBuffer('HGETALL', keyOf(key))) as Buffer[];
  const pairs = fields.flatMap((name, at) =>
    at % 2 ? [] : [`${name.toString('hex')} ${fields[at + 1]?.toString('hex')}`],
  );
  return { pairs: pairs.sort(), expiry: await raw.pexpiretime(keyOf(key)) };
}
