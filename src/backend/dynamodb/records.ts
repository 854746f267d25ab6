import { Fault } from '../../base/fault.ts';
import { inParallel } from '../../base/in-parallel.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import type { RecordRead } from '../port.ts';
import { unreadableId } from '../record-check.ts';
import type { Item } from './attribute-value.ts';
import { keyFault } from './game-key.ts';
import { readLegacyItems } from './legacy.ts';
import { legacyRecord } from './legacy-item.ts';
import { type Found, readGame } from './read.ts';
import type { Call } from './requests.ts';
import type { Tables } from './tables.ts';

/**
 * @param startCall makes one call for each game: its time limit is for one
 * @param atOnce how many games are read at the same time
 */
export async function readRecords(
  startCall: () => Call,
  tables: Tables,
  keys: readonly RecordKey[],
  atOnce: number,
): Promise<RecordRead[]> {
  const legacyIds = keys.filter((key) => key.layout === 'legacy' && !idFault(key)).map(({ id }) => id);
  const legacy = tables.legacy
    ? await readLegacyItems(startCall(), tables.legacy, legacyIds)
    : new Map<string, Item>();
  return inParallel(keys, atOnce, (key) => readable(key, () => readRecord(startCall(), tables, key, legacy)));
}

async function readRecord(
  call: Call,
  { current, legacy }: Tables,
  { id, layout }: RecordKey,
  legacyItems: ReadonlyMap<string, Item>,
): Promise<RecordRead> {
  if (layout === 'legacy') {
    const item = legacyItems.get(id);
    return item && legacy ? readOf(legacyRecord(legacy, id, item, call.nowMs())) : readOf(undefined);
  }
  return current.exists ? readOfGame(id, await readGame(call, current.name, id)) : readOf(undefined);
}

export function readOfGame(id: string, { record, foreign }: Found): RecordRead {
  return foreign.length > 0 ? { kind: 'unreadable', fault: besideGame(id, foreign) } : readOf(record);
}

export const readOf = (record: GameRecord | undefined): RecordRead =>
  record ? { kind: 'record', record } : { kind: 'absent' };

/** Damage is an answer of its own; anything else is a failure of the call. */
export async function readable(key: RecordKey, read: () => Promise<RecordRead>): Promise<RecordRead> {
  const fault = idFault(key);
  if (fault) return { kind: 'unreadable', fault };
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'record-unreadable') {
      return { kind: 'unreadable', fault: thrown };
    }
    throw thrown;
  }
}

const idFault = (key: RecordKey) => (key.id.isWellFormed() ? keyFault(key) : unreadableId(key.id));

function besideGame(id: string, parts: readonly string[]): Fault {
  return new Fault(
    'record-unreadable',
    `Under the id of game ${id} there are items that are no part of it: ${parts.join(', ')}`,
    { next: 'Find out which program writes them, and move them to a table of their own' },
  );
}
