/** Two storages side by side, looked at game by game. */
import type { PrimaryBackend, RecordRead, Refusals } from '../backend/port.ts';
import { type Found, foundIn, readHeld } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';
import { describeRecord } from '../game/record-words.ts';

export interface Sides {
  readonly primary: PrimaryBackend;
  readonly secondary: PrimaryBackend;
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
  /** Why the secondary would not take what the primary has. */
  readonly refusal?: string;
}

/** Both sides at nearly the same moment, in the order of the keys. */
export async function readPairs(
  { primary, secondary }: Sides,
  keys: readonly RecordKey[],
  signal?: AbortSignal,
): Promise<readonly Pair[]> {
  const [there, here, refusals] = await Promise.all([
    readHeld(secondary, keys, signal),
    readHeld(primary, keys, signal),
    secondary.refusals(signal),
  ]);
  return keys.map((key, index) => pairOf(key, here[index] ?? absent, there[index] ?? absent, refusals));
}

function pairOf({ id, layout }: RecordKey, here: RecordRead, there: RecordRead, refusals: Refusals): Pair {
  const [primary, secondary] = [sideOf(here), sideOf(there)];
  const isSame = primary.found === secondary.found;
  const refused = here.kind === 'record' && !isSame ? refusals.of(here.record) : undefined;
  return { id, layout, primary, secondary, ...(refused ? { refusal: refused.why.message } : {}) };
}

const absent: RecordRead = { kind: 'absent' };

function sideOf(read: RecordRead): Side {
  const found = foundIn(read);
  if (read.kind === 'record') {
    return { found, revision: read.record.revision, words: describeRecord(read.record) };
  }
  return { found, words: read.kind === 'absent' ? 'not there' : `unreadable: ${read.fault.message}` };
}
