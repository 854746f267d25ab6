import type { Clock } from '../../base/clock.ts';
import type { RecordKey } from '../../game/record.ts';
import { storedGame } from '../current-layout.ts';
import { interruptible } from '../interruptible.ts';
import type { Backend, RecordRead } from '../port.ts';
import { checkAppend, checkId, checkRecord, checkSnapshot } from '../record-check.ts';
import { parseRedisUrl } from './address.ts';
import { append, putSnapshot } from './append.ts';
import { takeCensus } from './census.ts';
import { createConnection } from './connection.ts';
import { readRecord } from './read.ts';
import { removeRecord, replaceRecord } from './replace.ts';
import { scanKeys } from './scan.ts';

interface RedisOptions {
  readonly url: string;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly clock: Clock;
}

/** Bounds what is under way at once, and so the memory it takes on both sides. */
const recordsPerStep = 100;

/**
 * One Redis server, 7.0 or newer. Connects with the first call, not before.
 *
 * @throws Fault `config-invalid` for a URL that is none of ours
 */
export function openRedis({ url, ...timing }: RedisOptions): Backend {
  const address = parseRedisUrl(url);
  const connection = createConnection({ address, ...timing });
  const { run } = connection;

  return {
    kind: 'redis',
    location: address.location,
    readsFrom: 'primary',
    supports: { legacyLayout: true, sharedBetweenProcesses: true, transactions: false },
    async ping(signal) {
      await run((redis) => redis.ping(), signal);
    },
    async append(id, event, signal) {
      checkAppend(event);
      return run((redis) => append(redis, id, event), signal);
    },
    async read(id, signal) {
      const found = await run((redis) => readRecord(redis, { id, layout: 'current' }), signal);
      if (found.kind === 'unreadable') throw found.fault;
      return found.kind === 'record' ? storedGame(found.record) : undefined;
    },
    async putSnapshot(id, snapshot, signal) {
      checkSnapshot(snapshot);
      return run((redis) => putSnapshot(redis, id, snapshot), signal);
    },
    census: (signal) => interruptible(() => takeCensus(connection, timing.clock, signal), signal),
    examine: async () => [],
    async *scan(signal) {
      for await (const page of scanKeys(connection, signal)) yield page.map(({ record }) => record);
    },
    async readRecords(keys: readonly RecordKey[], signal) {
      const reads: RecordRead[] = [];
      for (let at = 0; at < keys.length; at += recordsPerStep) {
        const step = keys.slice(at, at + recordsPerStep);
        const answers = await run((redis) => Promise.all(step.map((key) => readRecord(redis, key))), signal);
        reads.push(...answers);
      }
      return reads;
    },
    async replaceRecord(record, expected, signal) {
      checkRecord(record, timing.clock.now());
      return run((redis) => replaceRecord(redis, record, expected), signal);
    },
    async removeRecord(key, expected, signal) {
      checkId(key);
      return run((redis) => removeRecord(redis, key, expected), signal);
    },
    async close() {
      connection.close();
    },
  };
}
