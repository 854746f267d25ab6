/**
 * Compare and replace. Redis cannot compute our digest, so it is compared here, and the script then compares what
 * is stored with what was read, byte for byte. One script on one key and no transaction: a server that is out of
 * memory refuses to queue even the deletion that would help it.
 */
import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { recordDigest } from '../../game/record-codec.ts';
import { idText } from '../../game/record-words.ts';
import type { Expected, RecordRead, Replaced } from '../port.ts';
import { vanishing } from '../record-check.ts';
import { storedBytes } from '../stored-value.ts';
import { asArgument } from './bytes.ts';
import { keyOf } from './keys.ts';
import { readRecord } from './read.ts';
import type { OnKey } from './servers.ts';

/** Redis holds no hash without fields; DynamoDB holds items without attributes. */
export function refusalOf({ id, parts }: GameRecord): Fault | undefined {
  if (parts.length > 0) return undefined;
  return new Fault('refused', `Game ${idText(id)} has no fields, and Redis holds no such game`, {
    next: 'Keep this game in another backend, or leave it out',
  });
}

/** @param on the server that is written to, also for the read */
export async function replaceRecord(on: OnKey, record: GameRecord, expected: Expected): Promise<Replaced> {
  const read = await readRecord(on, record);
  if (!isExpected(read, expected)) return { kind: 'changed' };
  const key = keyOf(record, on.prefix);
  const wanted = [record.expiresAtMs ?? '', ...record.parts.flatMap(pair)];
  const outcome = await on(key, (redis) => redis.gkReplaceGame(key, ...found(read), ...wanted));
  // By the server's clock, which is the one that deletes.
  if (outcome === 'expired') throw vanishing(record);
  return { kind: outcome };
}

export async function removeRecord(on: OnKey, key: RecordKey, expected: string): Promise<Replaced> {
  const read = await readRecord(on, key);
  if (!isExpected(read, expected)) return { kind: 'changed' };
  const name = keyOf(key, on.prefix);
  return { kind: await on(name, (redis) => redis.gkRemoveGame(name, ...found(read))) };
}

function isExpected(read: RecordRead, expected: Expected): boolean {
  if (read.kind === 'record') return recordDigest(read.record) === expected;
  return read.kind === expected;
}

/** What the scripts compare with: number of fields, time of deletion, names and values in turn. */
function found(read: RecordRead): (number | string | Buffer)[] {
  if (read.kind !== 'record') return [0, -1];
  const { parts, expiresAtMs = -1 } = read.record;
  return [parts.length, expiresAtMs, ...parts.flatMap(pair)];
}

const pair = ({ name, value }: RecordPart) => [asArgument(name), asArgument(storedBytes(value))];
