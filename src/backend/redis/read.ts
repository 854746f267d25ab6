import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { sortedParts } from '../../game/record-codec.ts';
import { revisionOfParts } from '../current-layout.ts';
import type { RecordRead } from '../port.ts';
import { unreadableId } from '../record-check.ts';
import { storedValue } from '../stored-value.ts';
import { keyOf } from './keys.ts';
import type { OnKey } from './servers.ts';

/** One step on the server, so the record is untorn. */
export async function readRecord(on: OnKey, key: RecordKey): Promise<RecordRead> {
  if (!key.id.isWellFormed()) return { kind: 'unreadable', fault: unreadableId(key.id) };
  const name = keyOf(key, on.prefix);
  const [type, expiresAtMs, fields, mortal] = await on(name, (redis) => redis.gkReadGameBuffer(name));
  switch (type.toString()) {
    case 'hash':
      if (mortal.length > 0) return { kind: 'unreadable', fault: hasMortalField(name, mortal) };
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
export function recordOf(
  { id, layout }: RecordKey,
  fields: readonly Buffer[],
  expiresAtMs: number,
): GameRecord {
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

/** Records know no such thing: stored again the field would stay, and a copy would pass for the same. */
function hasMortalField(name: string, field: Buffer): Fault {
  return new Fault('record-unreadable', `The field "${field}" of ${name} has a time of deletion of its own`, {
    next: 'Find out which program sets it (HEXPIRE); HPERSIST takes it away',
  });
}

function notAHash(name: string, type: Buffer): Fault {
  return new Fault('record-unreadable', `The key ${name} holds a ${type}, not a hash`, {
    next: 'Find out which program writes it; games are hashes',
  });
}
