import type { Redis } from 'ioredis';
import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { sortedParts } from '../../game/record-codec.ts';
import { revisionOfParts } from '../current-layout.ts';
import type { RecordRead } from '../port.ts';
import { unreadableId } from '../record-check.ts';
import { isWrongType } from './faults.ts';
import { keyOf } from './keys.ts';

/** One round trip; each record is read in a transaction of its own. */
export async function readRecords(redis: Redis, keys: readonly RecordKey[]): Promise<RecordRead[]> {
  const pipeline = redis.pipeline();
  for (const key of keys) {
    const name = keyOf(key);
    pipeline.call('MULTI');
    pipeline.callBuffer('HGETALL', name);
    pipeline.callBuffer('PEXPIRETIME', name);
    pipeline.callBuffer('EXEC');
  }
  const replies = (await pipeline.exec()) ?? [];
  // The fourth of each four is the answer to EXEC.
  return Promise.all(keys.map((key, index) => recordRead(redis, key, replies[index * 4 + 3])));
}

async function recordRead(
  redis: Redis,
  key: RecordKey,
  reply: [error: Error | null, result: unknown] | undefined,
): Promise<RecordRead> {
  if (!key.id.isWellFormed()) return { kind: 'unreadable', fault: unreadableId(key.id) };
  const [error, result] = reply ?? [new Error('No answer'), undefined];
  if (error) throw error;
  // EXEC answers with one element for each command: what it answered, or its error.
  const [fields, expiresAtMs] = result as [Buffer[] | Error, number];
  if (isWrongType(fields)) return { kind: 'unreadable', fault: await notAHash(redis, key) };
  if (fields instanceof Error) throw fields;
  const record = recordOf(key, fields, expiresAtMs);
  return record ? { kind: 'record', record } : { kind: 'absent' };
}

/**
 * @param fields names and values in turn
 * @param expiresAtMs negative for none
 */
export function recordOf(
  { id, layout }: RecordKey,
  fields: readonly Buffer[],
  expiresAtMs: number,
): GameRecord | undefined {
  if (fields.length === 0) return undefined;
  const parts = sortedParts(partsOf(fields));
  const revision = revisionOfParts({ layout, parts });
  return {
    id,
    layout,
    ...(revision === undefined ? {} : { revision }),
    ...(expiresAtMs < 0 ? {} : { expiresAtMs }),
    parts,
  };
}

function partsOf(fields: readonly Buffer[]): RecordPart[] {
  const parts: RecordPart[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name, bytes] = fields.slice(at, at + 2);
    if (name && bytes) parts.push({ name, value: { kind: 'bytes', bytes } });
  }
  return parts;
}

async function notAHash(redis: Redis, key: RecordKey): Promise<Fault> {
  const name = keyOf(key);
  return new Fault('record-unreadable', `The key ${name} holds a ${await redis.type(name)}, not a hash`, {
    next: 'Find out which program writes it; games are hashes',
  });
}
