/** Two storages side by side, looked at game by game. */
import type { Backend, RecordRead } from '../backend/port.ts';
import { type Found, foundIn } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';
import { describeRecord } from '../game/record-words.ts';

export interface Sides {
  readonly primary: Backend;
  readonly secondary: Backend;
}

/** What one side has of a game. */
export interface Side {
  readonly found: Found;
  readonly revision?: number | undefined;
  /** For people. */
  readonly words: string;
}

export interface Pair extends RecordKey {
  readonly primary: Side;
  readonly secondary: Side;
}

/** Both sides at nearly the same moment, in the order of the keys. */
export async function readPairs(
  { primary, secondary }: Sides,
  keys: readonly RecordKey[],
  signal?: AbortSignal,
): Promise<readonly Pair[]> {
  const [there, here] = await Promise.all([
    readHeld(secondary, keys, signal),
    readHeld(primary, keys, signal),
  ]);
  return keys.map(({ id, layout }, index) => ({
    id,
    layout,
    primary: sideOf(here[index] ?? absent),
    secondary: sideOf(there[index] ?? absent),
  }));
}

const absent: RecordRead = { kind: 'absent' };

/** A backend that does not know the legacy layout has no game in it. */
async function readHeld(
  backend: Backend,
  keys: readonly RecordKey[],
  signal?: AbortSignal,
): Promise<readonly RecordRead[]> {
  const held = keys.filter((key) => canHold(backend, key));
  const reads = (held.length > 0 ? await backend.readRecords(held, signal) : []).values();
  return keys.map((key) => (canHold(backend, key) ? (reads.next().value ?? absent) : absent));
}

export const canHold = ({ supports }: Backend, { layout }: RecordKey): boolean =>
  layout === 'current' || supports.legacyLayout;

function sideOf(read: RecordRead): Side {
  const found = foundIn(read);
  if (read.kind === 'record') {
    return { found, revision: read.record.revision, words: describeRecord(read.record) };
  }
  return { found, words: read.kind === 'absent' ? 'not there' : `unreadable: ${read.fault.message}` };
}
