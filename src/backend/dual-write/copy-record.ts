import type { RecordKey } from '../../game/record.ts';
import type { Backend, RecordRead } from '../port.ts';
import { foundIn, readOne } from '../record-reads.ts';

/**
 * `moving`: somebody else writes it on the secondary at the same time. `ahead`: the secondary has what the primary
 * lacks, and it was not said that this may go.
 */
export type Copied = 'same' | 'copied' | 'moving' | 'ahead';

const attempts = 3;

/**
 * Makes the secondary's record the primary's. The secondary is read first: what was put there after that is found by
 * the comparison, so a copy of what the primary had a moment ago never replaces something newer.
 *
 * @param mayLower what the primary lacks goes: somebody removed or replaced it there on purpose
 * @throws Fault of either backend, `record-unreadable` for what no record can hold
 */
export async function copyRecord(
  { primary, secondary }: { readonly primary: Backend; readonly secondary: Backend },
  key: RecordKey,
  mayLower: boolean,
  signal?: AbortSignal,
): Promise<Copied> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const there = await readRecord(secondary, key, signal);
    const here = await readRecord(primary, key, signal);
    const found = foundIn(there);
    if (found === foundIn(here)) return 'same';
    if (!mayLower && isAhead(there, here)) return 'ahead';
    const { kind } =
      here.kind === 'record'
        ? await secondary.replaceRecord(here.record, found, signal)
        : await secondary.removeRecord(key, found, signal);
    if (kind === 'written') return 'copied';
  }
  return 'moving';
}

async function readRecord(backend: Backend, key: RecordKey, signal?: AbortSignal): Promise<RecordRead> {
  const read = await readOne(backend, key, signal);
  if (read.kind === 'unreadable') throw read.fault;
  return read;
}

function isAhead(there: RecordRead, here: RecordRead): boolean {
  if (there.kind !== 'record') return false;
  return here.kind !== 'record' || (there.record.revision ?? 0) > (here.record.revision ?? 0);
}
