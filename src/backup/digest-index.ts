/**
 * Games by their digests: so many bytes each, whatever their ids and contents are like, so that a million take 53 MB.
 * 16 bytes of a SHA-256 stand for all of it: no two that differ are found to be the same in practice.
 */
const hashBytes = 16;
const slotBytes = 2 * hashBytes + 5;

const chunkAt = 2 * hashBytes;
const markAt = chunkAt + 4;

/** `unseen`: so far only one side has it. */
export type Mark = 'unseen' | 'same' | 'changed' | 'unreadable';
const marks: readonly (Mark | 'empty')[] = ['empty', 'unseen', 'same', 'changed', 'unreadable'];

export interface DigestIndex {
  /** False when the game is in it already. @param chunk where its record is */
  add(key: Buffer, digest: Buffer, chunk: number): boolean;
  /** Marks the game, if it is there: `changed` or `same` by its digest. undefined when it is not there, or was marked before. */
  compare(key: Buffer, digest: Buffer | 'unreadable'): Mark | undefined;
  markOf(key: Buffer): Mark | undefined;
  /** The chunks of all that are so marked. */
  chunksOf(mark: Mark): ReadonlySet<number>;
}

/** @param capacity the most games that it will take */
export function createDigestIndex(capacity: number): DigestIndex {
  // A table that is fuller looks longer for its free places.
  const slots = Math.ceil(capacity / 0.7) + 1;
  const table = Buffer.alloc(slots * slotBytes);
  let games = 0;

  /** Where the game is, or where it would be put. */
  const placeOf = (key: Buffer): number => {
    for (let slot = key.readUIntBE(0, 6) % slots; ; slot = (slot + 1) % slots) {
      const at = slot * slotBytes;
      if (table.readUInt8(at + markAt) === 0) return at;
      if (table.compare(key, 0, hashBytes, at, at + hashBytes) === 0) return at;
    }
  };
  const markAtPlace = (at: number) => marks[table.readUInt8(at + markAt)] ?? 'empty';
  const mark = (at: number, as: Mark) => {
    table.writeUInt8(marks.indexOf(as), at + markAt);
    return as;
  };

  return {
    add(key, digest, chunk) {
      const at = placeOf(key);
      if (markAtPlace(at) !== 'empty') return false;
      if (++games > capacity) throw new RangeError(`More than ${capacity} games`);
      key.copy(table, at, 0, hashBytes);
      digest.copy(table, at + hashBytes, 0, hashBytes);
      table.writeUInt32BE(chunk, at + chunkAt);
      mark(at, 'unseen');
      return true;
    },
    compare(key, digest) {
      const at = placeOf(key);
      if (markAtPlace(at) !== 'unseen') return undefined;
      if (digest === 'unreadable') return mark(at, digest);
      const isSame = table.compare(digest, 0, hashBytes, at + hashBytes, at + 2 * hashBytes) === 0;
      return mark(at, isSame ? 'same' : 'changed');
    },
    markOf(key) {
      const found = markAtPlace(placeOf(key));
      return found === 'empty' ? undefined : found;
    },
    chunksOf(wanted) {
      const chunks = new Set<number>();
      for (let at = 0; at < table.length; at += slotBytes) {
        if (markAtPlace(at) === wanted) chunks.add(table.readUInt32BE(at + chunkAt));
      }
      return chunks;
    },
  };
}
