import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { type RandomHex, randomHex } from '../../base/ids.ts';
import type { RecordKey } from '../../game/record.ts';
import { storedGame } from '../current-layout.ts';
import { interruptible } from '../interruptible.ts';
import type { Backend, RecordRead } from '../port.ts';
import { checkId, checkRecord, checkSnapshot } from '../record-check.ts';
import { createTurns } from '../turns.ts';
import { parseRedisUrl } from './address.ts';
import { append, putSnapshot } from './append.ts';
import { takeCensus } from './census.ts';
import { createConnection } from './connection.ts';
import { readRecords } from './read.ts';
import { removeRecord, replaceRecord } from './replace.ts';
import { scanKeys } from './scan.ts';

interface RedisOptions {
  readonly url: string;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly clock: Clock;
  readonly random?: RandomHex;
}

/** Bounds what one round trip holds in memory on both sides. */
const recordsPerStep = 100;

/**
 * One Redis server, 7.0 or newer. Connects with the first call, not before.
 *
 * @throws Fault `config-invalid` for a URL that is none of ours
 */
export function openRedis({ url, random = randomHex, ...timing }: RedisOptions): Backend {
  const address = parseRedisUrl(url);
  const connection = createConnection({ address, ...timing });
  const { run } = connection;
  // WATCH belongs to a connection, so those who need it take turns on one of their own.
  const watching = createConnection({ address, ...timing });
  const inTurn = createTurns();
  const runWatching = <T>(work: (redis: Redis) => Promise<T>, signal: AbortSignal | undefined) =>
    interruptible(() => inTurn(() => watching.run(work, signal)), signal);
  const token = random(8);

  return {
    kind: 'redis',
    location: address.location,
    supports: { legacyLayout: true, sharedBetweenProcesses: true },
    async ping(signal) {
      await run((redis) => redis.ping(), signal);
    },
    append: (id, event, signal) => run((redis) => append(redis, id, event), signal),
    async read(id, signal) {
      const [found] = await run((redis) => readRecords(redis, [{ id, layout: 'current' }]), signal);
      if (found?.kind === 'unreadable') throw found.fault;
      return found?.kind === 'record' ? storedGame(found.record) : undefined;
    },
    async putSnapshot(id, snapshot, signal) {
      checkSnapshot(snapshot);
      return run((redis) => putSnapshot(redis, id, snapshot), signal);
    },
    census: (signal) => interruptible(() => takeCensus(connection, timing.clock, signal), signal),
    async *scan(signal) {
      for await (const page of scanKeys(connection, signal)) yield page.map(({ record }) => record);
    },
    async readRecords(keys: readonly RecordKey[], signal) {
      const reads: RecordRead[] = [];
      for (let at = 0; at < keys.length; at += recordsPerStep) {
        const step = keys.slice(at, at + recordsPerStep);
        reads.push(...(await run((redis) => readRecords(redis, step), signal)));
      }
      return reads;
    },
    async replaceRecord(record, expected, signal) {
      checkRecord(record, timing.clock.now());
      return runWatching((redis) => replaceRecord(redis, record, expected, token), signal);
    },
    async removeRecord(key, expected, signal) {
      checkId(key);
      return runWatching((redis) => removeRecord(redis, key, expected), signal);
    },
    async close() {
      connection.close();
      watching.close();
    },
  };
}
