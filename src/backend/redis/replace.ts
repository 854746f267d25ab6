/**
 * Compare and replace by digest. Redis cannot compute the digest, so the key is watched: the transaction does
 * nothing when somebody writes between our reading and our writing.
 */
import type { ChainableCommander, Redis } from 'ioredis';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import { recordDigest } from '../../game/record-codec.ts';
import type { Expected, Replaced } from '../port.ts';
import { checkRecord } from '../record-check.ts';
import { asBuffer } from './bytes.ts';
import { isWrongType } from './faults.ts';
import { keyOf, stagingKeyOf } from './keys.ts';
import { recordOf } from './read.ts';

/** Should a transaction break off in its middle, what it had staged is gone after this time. */
const stagingMs = 60_000;

/** @param redis a connection that nobody else uses meanwhile, as WATCH is a matter of the connection */
export async function replaceRecord(
  redis: Redis,
  record: GameRecord,
  expected: Expected,
  token: string,
): Promise<Replaced> {
  const found = await watch(redis, record);
  // By the server's clock: it is the one that deletes.
  checkRecord(record, found.serverNowMs);
  if (found.digest !== expected) return { kind: 'changed' };
  const key = keyOf(record);
  const staging = stagingKeyOf(record, token);
  const change = redis
    .multi()
    .hset(staging, ...record.parts.flatMap(({ name, value }) => [asBuffer(name), asBuffer(value.bytes)]))
    .pexpireat(staging, record.expiresAtMs ?? found.serverNowMs + stagingMs)
    .rename(staging, key);
  if (record.expiresAtMs === undefined) change.persist(key);
  return commit(change);
}

/** @param redis as for replaceRecord */
export async function removeRecord(redis: Redis, key: RecordKey, expected: string): Promise<Replaced> {
  const found = await watch(redis, key);
  return found.digest === expected ? commit(redis.multi().del(keyOf(key))) : { kind: 'changed' };
}

/** Starts to watch the key. `digest` is undefined for what is no record. */
async function watch(
  redis: Redis,
  key: RecordKey,
): Promise<{ digest: Expected | undefined; serverNowMs: number }> {
  const name = keyOf(key);
  // A call that ended early may have left something watched.
  const [, , time, fields, expiry] = await Promise.all([
    redis.unwatch(),
    redis.watch(name),
    redis.time(),
    redis.callBuffer('HGETALL', name).catch((error: unknown) => {
      if (isWrongType(error)) return undefined;
      throw error;
    }),
    redis.pexpiretime(name),
  ]);
  const serverNowMs = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  if (fields === undefined) return { digest: undefined, serverNowMs };
  // HGETALL answers with names and values in turn.
  const record = recordOf(key, fields as Buffer[], expiry);
  return { digest: record ? recordDigest(record) : 'absent', serverNowMs };
}

async function commit(change: ChainableCommander): Promise<Replaced> {
  const replies = await change.exec();
  if (!replies) return { kind: 'changed' };
  for (const [error] of replies) if (error) throw error;
  return { kind: 'written' };
}
