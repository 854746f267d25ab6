/** The capacity units that a record takes, written or read once as a whole. */

import { Fault } from '../../base/fault.ts';
import type { GameRecord } from '../../game/record.ts';
import type { Capacity } from '../port.ts';
import { itemBytes } from './item-size.ts';
import { anyNames, layOut } from './lay-out.ts';
import { legacyItem } from './legacy-item.ts';
import type { Tables } from './tables.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html, reads consistent */
const writeUnitBytes = 1024;
const readUnitBytes = 4096;
/** The name of a piece, its attributes' names and its key. */
const pieceOverheadBytes = 100;

/** Of a record that the tables take; none of one that they refuse. */
export function capacityOf({ legacy }: Tables, record: GameRecord, nowMs: number): Capacity {
  if (record.layout === 'legacy') {
    const item = legacy && legacyItem(legacy, record, nowMs);
    return item === undefined || item instanceof Fault ? { reads: 0, writes: 0 } : unitsOf([itemBytes(item)]);
  }
  const { head, pieces } = layOut(record, anyNames);
  const overhead = pieceOverheadBytes + Buffer.byteLength(record.id);
  return unitsOf([itemBytes(head), ...pieces.map(([, bytes]) => bytes.length + overhead)]);
}

/** Each item is written for itself; they are read together. */
function unitsOf(sizes: readonly number[]): Capacity {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const writes = sizes.reduce((sum, size) => sum + Math.ceil(size / writeUnitBytes), 0);
  return { reads: Math.max(1, Math.ceil(bytes / readUnitBytes)), writes };
}
