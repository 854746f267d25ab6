import type { RecordKey } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import type { Backend, RecordRead } from './port.ts';

/** What was found under a key: a record's digest, nothing, or something that is no record. */
export type Found = string | 'absent' | 'unreadable';

export function foundIn(read: RecordRead): Found {
  return read.kind === 'record' ? recordDigest(read.record) : read.kind;
}

/** Bounds the records in memory: two batches at a time. */
const batchGames = 200;

export interface TargetRead<K extends RecordKey> {
  readonly key: K;
  readonly read: RecordRead;
}

/** Reads games in batches, each fetched while the caller works on the one before it. */
export async function* readInBatches<K extends RecordKey>(
  backend: Backend,
  pages: Iterable<readonly K[]> | AsyncIterable<readonly K[]>,
  signal?: AbortSignal,
): AsyncGenerator<readonly TargetRead<K>[]> {
  let ahead: Promise<readonly TargetRead<K>[]> | undefined;
  for await (const keys of batchesOf(pages)) {
    signal?.throwIfAborted();
    const current = ahead;
    ahead = readBatch(backend, keys, signal);
    // Awaited in the next round; a failure before that must not end the process.
    ahead.catch(() => {});
    if (current) yield await current;
  }
  if (ahead) yield await ahead;
}

async function readBatch<K extends RecordKey>(
  backend: Backend,
  keys: readonly K[],
  signal?: AbortSignal,
): Promise<readonly TargetRead<K>[]> {
  const reads = await readHeld(backend, keys, signal);
  return keys.map((key, index) => ({ key, read: reads[index] ?? absent }));
}

const absent: RecordRead = { kind: 'absent' };

/** One answer for each key, in their order; a backend that does not know the legacy layout has no game in it. */
export async function readHeld(
  backend: Backend,
  keys: readonly RecordKey[],
  signal?: AbortSignal,
): Promise<readonly RecordRead[]> {
  const held = keys.filter((key) => canHold(backend, key));
  const reads = (held.length > 0 ? await backend.readRecords(held, signal) : []).values();
  return keys.map((key) => (canHold(backend, key) ? (reads.next().value ?? absent) : absent));
}

const canHold = (backend: Backend, key: RecordKey): boolean => whyNotHeld(backend, key) === undefined;

/** Why there is no place for such a game; undefined when there is. */
export function whyNotHeld({ kind, supports }: Backend, { id, layout }: RecordKey): string | undefined {
  if (layout === 'legacy' && !supports.legacyLayout) return `${kind} does not hold the legacy layout`;
  const { idBytes: most } = supports;
  const bytes = Buffer.byteLength(id);
  if (most === undefined || (bytes > 0 && bytes <= most)) return undefined;
  return `its id has ${bytes} bytes, and ${kind} takes 1 to ${most}`;
}

export async function readOne(
  backend: Backend,
  { id, layout }: RecordKey,
  signal?: AbortSignal,
): Promise<RecordRead> {
  const [read = absent] = await readHeld(backend, [{ id, layout }], signal);
  return read;
}

/** At most so many keys at a time as are good to read at once. */
export async function* batchesOf<K>(pages: Iterable<readonly K[]> | AsyncIterable<readonly K[]>) {
  for await (const page of pages) {
    for (let at = 0; at < page.length; at += batchGames) yield page.slice(at, at + batchGames);
  }
}
