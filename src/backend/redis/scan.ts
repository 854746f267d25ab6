import type { Redis } from 'ioredis';
import type { RecordKey } from '../../game/record.ts';
import type { Connection } from './connection.ts';
import { recordKeyOf, scanPattern } from './keys.ts';

export interface FoundKey {
  /** As the server has it. */
  readonly key: Buffer;
  readonly record: RecordKey;
}

const keysPerStep = 1000;

/** Every game of both layouts, once: SCAN itself may repeat a key. Pages may be of any size but empty. */
export async function* scanKeys(
  connection: Connection,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly FoundKey[]> {
  const seen = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await connection.run((redis) => step(redis, cursor), signal);
    cursor = next.toString();
    const page = keys.filter((key) => isNew(seen, key)).flatMap(foundKey);
    if (page.length > 0) yield page;
  } while (cursor !== '0');
}

const step = (redis: Redis, cursor: string): Promise<[cursor: Buffer, keys: Buffer[]]> =>
  redis.scanBuffer(cursor, 'MATCH', scanPattern, 'COUNT', keysPerStep);

function isNew(seen: Set<string>, key: Buffer): boolean {
  const text = key.toString('latin1');
  if (seen.has(text)) return false;
  seen.add(text);
  return true;
}

function foundKey(key: Buffer): FoundKey[] {
  const record = recordKeyOf(key);
  return record ? [{ key, record }] : [];
}
