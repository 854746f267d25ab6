/**
 * What a record becomes in its table, or why DynamoDB refuses it; plans ask before, and every write goes by it. A legacy
 * game is one item. Of a current one everything but events and snapshots is in its head: those are items of their own, in
 * chunks, so only the other fields (what a migration kept, above all) can be too much.
 */
import { Fault } from '../../base/fault.ts';
import type { GameRecord } from '../../game/record.ts';
import type { Item } from './attribute-value.ts';
import { keyFault } from './game-key.ts';
import { sizeFault } from './item-size.ts';
import { anyNames, type LaidOut, layOut, type WriteNames } from './lay-out.ts';
import { attributesFault } from './legacy.ts';
import { legacyItem } from './legacy-item.ts';
import { type LegacyTable, noCurrentTable, noLegacyTable, type Tables } from './tables.ts';

type Taken =
  | { readonly layout: 'legacy'; readonly table: LegacyTable; readonly item: Item }
  | { readonly layout: 'current'; readonly table: string; readonly laidOut: LaidOut };

/** @param record a sound one, see `checkRecord` */
export function takenAs(
  { current, legacy }: Tables,
  record: GameRecord,
  names: WriteNames,
  nowMs: number,
): Taken | Fault {
  const fault = keyFault(record);
  if (fault) return fault;
  if (record.layout === 'legacy') {
    return legacy ? takenAsLegacy(legacy, record, nowMs) : noLegacyTable(current.name);
  }
  if (!current.exists) return noCurrentTable(current.name);
  const laidOut = layOut(record, names);
  return sizeFault(record.id, laidOut.head) ?? { layout: 'current', table: current.name, laidOut };
}

export function refusalOf(tables: Tables, record: GameRecord, nowMs: number): Fault | undefined {
  const taken = takenAs(tables, record, anyNames, nowMs);
  return taken instanceof Fault ? taken : undefined;
}

function takenAsLegacy(table: LegacyTable, record: GameRecord, nowMs: number): Taken | Fault {
  const item = legacyItem(table, record, nowMs);
  if (item instanceof Fault) return item;
  const fault = attributesFault(record.id, Object.keys(item).length - 1) ?? sizeFault(record.id, item);
  return fault ?? { layout: 'legacy', table, item };
}
