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

/** SHA-256, a character a byte: a Buffer for each would take longer than the hash. */
export type Sha256 = string;

export interface DigestIndex {
  /** False when the game is in it already. @param chunk where its record is */
  add(key: Sha256, digest: Sha256, chunk: number): boolean;
  /** Marks the game, if it is there: `changed` or `same` by its digest. undefined when it is not there, or was marked before. */
  compare(key: Sha256, digest: Sha256 | 'unreadable'): Mark | undefined;
  markOf(key: Sha256): Mark | undefined;
  /** The chunks of all that are so marked. */
  chunksOf(mark: Mark): ReadonlySet<number>;
}

/** @param capacity the most games that it will take */
export function createDigestIndex(capacity: number): DigestIndex {
  // A table that is fuller looks longer for its free places.
  const slots = Math.ceil(capacity / 0.7) + 1;
  const table = Buffer.alloc(slots * slotBytes);
  let games = 0;

  const isAt = (at: number, hash: Sha256) => {
    for (let index = 0; index < hashBytes; index++) {
      if (table[at + index] !== hash.charCodeAt(index)) return false;
    }
    return true;
  };
  /** Where the game is, or where it would be put. */
  const placeOf = (key: Sha256): number => {
    for (let slot = numberIn(key, 0) % slots; ; slot = (slot + 1) % slots) {
      const at = slot * slotBytes;
      if (table[at + markAt] === 0 || isAt(at, key)) return at;
    }
  };
  const markAtPlace = (at: number) => marks[table[at + markAt] ?? 0] ?? 'empty';
  const mark = (at: number, as: Mark) => {
    table[at + markAt] = marks.indexOf(as);
    return as;
  };

  return {
    add(key, digest, chunk) {
      const at = placeOf(key);
      if (markAtPlace(at) !== 'empty') return false;
      if (++games > capacity) throw new RangeError(`More than ${capacity} games`);
      table.write(key, at, hashBytes, 'latin1');
      table.write(digest, at + hashBytes, hashBytes, 'latin1');
      table.writeUInt32BE(chunk, at + chunkAt);
      mark(at, 'unseen');
      return true;
    },
    compare(key, digest) {
      const at = placeOf(key);
      if (markAtPlace(at) !== 'unseen') return undefined;
      if (digest === 'unreadable') return mark(at, digest);
      return mark(at, isAt(at + hashBytes, digest) ? 'same' : 'changed');
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

/** Four bytes of it as a number. */
export function numberIn(hash: Sha256, from: number): number {
  let number = 0;
  for (let index = from; index < from + 4; index++) number = number * 256 + hash.charCodeAt(index);
  return number;
}
