/**
 * Compare and replace. Redis cannot compute our digest, so it is compared here, and the script then compares what
 * is stored with what was read, byte for byte. One script on one key and no transaction: a server that is out of
 * memory refuses to queue even the deletion that would help it.
 */
import type { Redis } from 'ioredis';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { recordDigest } from '../../game/record-codec.ts';
import type { Expected, RecordRead, Replaced } from '../port.ts';
import { vanishing } from '../record-check.ts';
import { storedBytes } from '../stored-value.ts';
import { asBuffer } from './bytes.ts';
import { keyOf } from './keys.ts';
import { readRecord } from './read.ts';

export async function replaceRecord(redis: Redis, record: GameRecord, expected: Expected): Promise<Replaced> {
  const read = await readRecord(redis, record);
  if (!isExpected(read, expected)) return { kind: 'changed' };
  const outcome = await redis.gkReplaceGame(
    keyOf(record),
    ...found(read),
    record.expiresAtMs ?? '',
    ...record.parts.flatMap(pair),
  );
  // By the server's clock, which is the one that deletes.
  if (outcome === 'expired') throw vanishing(record);
  return { kind: outcome };
}

export async function removeRecord(redis: Redis, key: RecordKey, expected: string): Promise<Replaced> {
  const read = await readRecord(redis, key);
  if (!isExpected(read, expected)) return { kind: 'changed' };
  return { kind: await redis.gkRemoveGame(keyOf(key), ...found(read)) };
}

function isExpected(read: RecordRead, expected: Expected): boolean {
  if (read.kind === 'record') return recordDigest(read.record) === expected;
  return read.kind === expected;
}

/** What the scripts compare with: number of fields, time of deletion, names and values in turn. */
function found(read: RecordRead): (number | Buffer)[] {
  if (read.kind !== 'record') return [0, -1];
  const { parts, expiresAtMs = -1 } = read.record;
  return [parts.length, expiresAtMs, ...parts.flatMap(pair)];
}

const pair = ({ name, value }: RecordPart) => [asBuffer(name), asBuffer(storedBytes(value))];
