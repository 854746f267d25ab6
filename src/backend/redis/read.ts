import type { Redis } from 'ioredis';
import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { sortedParts } from '../../game/record-codec.ts';
import { revisionOfParts } from '../current-layout.ts';
import type { RecordRead } from '../port.ts';
import { unreadableId } from '../record-check.ts';
import { storedValue } from '../stored-value.ts';
import { keyOf } from './keys.ts';

/** One step on the server, so the record is untorn. */
export async function readRecord(redis: Redis, key: RecordKey): Promise<RecordRead> {
  if (!key.id.isWellFormed()) return { kind: 'unreadable', fault: unreadableId(key.id) };
  const name = keyOf(key);
  const [type, expiresAtMs, fields] = await redis.gkReadGameBuffer(name);
  switch (type.toString()) {
    case 'hash':
      return { kind: 'record', record: recordOf(key, fields, expiresAtMs) };
    case 'none':
      return { kind: 'absent' };
    default:
      return { kind: 'unreadable', fault: notAHash(name, type) };
  }
}

/**
 * @param fields names and values in turn
 * @param expiresAtMs negative for none
 */
function recordOf({ id, layout }: RecordKey, fields: readonly Buffer[], expiresAtMs: number): GameRecord {
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
    if (name && bytes) parts.push({ name, value: storedValue(bytes) });
  }
  return parts;
}

function notAHash(name: string, type: Buffer): Fault {
  return new Fault('record-unreadable', `The key ${name} holds a ${type}, not a hash`, {
    next: 'Find out which program writes it; games are hashes',
  });
}
