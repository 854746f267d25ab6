/**
 * What DynamoDB refuses of one record; plans ask before, and every write goes by it. A legacy game is one item. Of a
 * current one everything but events and snapshots is in its head: those are items of their own, in chunks, so only the
 * other fields (what a migration kept, above all) can be too much.
 */
import { Fault } from '../../base/fault.ts';
import type { GameRecord } from '../../game/record.ts';
import { keyFault } from './game-key.ts';
import { sizeFault } from './item-size.ts';
import { anyNames, layOut } from './lay-out.ts';
import { attributesFault } from './legacy.ts';
import { legacyItem } from './legacy-item.ts';
import { type LegacyTable, noCurrentTable, noLegacyTable, type Tables } from './tables.ts';

/** @param record a sound one, see `checkRecord` */
export function refusalOf({ current, legacy }: Tables, record: GameRecord, nowMs: number): Fault | undefined {
  const fault = keyFault(record);
  if (fault) return fault;
  if (record.layout === 'legacy') {
    return legacy ? legacyRefusal(legacy, record, nowMs) : noLegacyTable(current.name);
  }
  if (!current.exists) return noCurrentTable(current.name);
  return sizeFault(record.id, layOut(record, anyNames).head);
}

function legacyRefusal(table: LegacyTable, record: GameRecord, nowMs: number): Fault | undefined {
  const item = legacyItem(table, record, nowMs);
  if (item instanceof Fault) return item;
  return attributesFault(record.id, Object.keys(item).length - 1) ?? sizeFault(record.id, item);
}
