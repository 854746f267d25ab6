/**
 * The canonical bytes (record-codec.ts) of games whose fields are all plain bytes, straight from where the fields lie
 * in an answer: backups read so many that an object for each field would cost more than all else they do.
 */
import { codeOf, layouts, recordVersion } from './record-codec.ts';

/** Where the fields of one game lie, each as four numbers: start and end of its name, start and end of its value. */
export interface PlainFields {
  readonly bytes: Buffer;
  /** What the places are counted from. */
  readonly base: number;
  readonly places: readonly number[];
}

export interface PlainGame {
  readonly id: string;
  readonly revision: number | undefined;
  readonly expiresAtMs: number | undefined;
  readonly fields: PlainFields;
}

const current = layouts.indexOf('current');
const ofBytes = codeOf('bytes');
const pageBytes = 512 * 1024;
/** Shorter ones are copied faster here than by a call. */
const shortBytes = 24;
/** Up to so many, insertion beats a sort that calls back. */
const fewFields = 32;

/** Encodes games of the current layout; many share one stretch of memory, which is used again after `reuse`. */
export class PlainEncoder {
  readonly #pages: Buffer[] = [];
  /** How many of them are full or being filled. */
  #begun = 0;
  #page: Buffer = Buffer.alloc(0);
  #at = 0;

  /** What was encoded so far is not needed any more. */
  reuse(): void {
    this.#begun = 0;
    this.#page = Buffer.alloc(0);
    this.#at = 0;
  }

  encode({ id, revision, expiresAtMs, fields }: PlainGame): Buffer {
    const { bytes, base, places } = fields;
    const from = this.#reserve(2 + 4 + 3 * id.length + 9 + 9 + 4 + contentBytes(fields));
    this.#u8(recordVersion);
    this.#u8(current);
    const idAt = this.#at + 4;
    const idBytes = this.#page.write(id, idAt);
    this.#u32(idBytes);
    this.#at += idBytes;
    this.#optional(revision);
    this.#optional(expiresAtMs);
    this.#u32(places.length / 4);
    for (const field of sortedFields(fields)) {
      this.#blob(bytes, base + place(places, field), base + place(places, field + 1));
      this.#u8(ofBytes);
      this.#blob(bytes, base + place(places, field + 2), base + place(places, field + 3));
    }
    return this.#page.subarray(from, this.#at);
  }

  #reserve(most: number): number {
    if (this.#at + most > this.#page.length) {
      this.#page = most > pageBytes ? Buffer.allocUnsafeSlow(most) : this.#nextPage();
      this.#at = 0;
    }
    return this.#at;
  }

  #nextPage(): Buffer {
    const page = this.#pages[this.#begun] ?? Buffer.allocUnsafeSlow(pageBytes);
    this.#pages[this.#begun++] = page;
    return page;
  }

  #u8(value: number): void {
    this.#page[this.#at++] = value;
  }

  #u32(value: number): void {
    this.#u8(value >>> 24);
    this.#u8(value >>> 16);
    this.#u8(value >>> 8);
    this.#u8(value);
  }

  #optional(value: number | undefined): void {
    this.#u8(value === undefined ? 0 : 1);
    if (value === undefined) return;
    this.#u32(Math.floor(value / 2 ** 32));
    this.#u32(value % 2 ** 32);
  }

  #blob(from: Buffer, at: number, end: number): void {
    this.#u32(end - at);
    if (end - at > shortBytes) this.#at += from.copy(this.#page, this.#at, at, end);
    else for (let index = at; index < end; index++) this.#u8(from[index] ?? 0);
  }
}

const place = (places: readonly number[], index: number): number => places[index] ?? 0;

function contentBytes({ places }: PlainFields): number {
  let sum = 0;
  for (let at = 0; at < places.length; at += 2) sum += place(places, at + 1) - place(places, at);
  // Each with the lengths of its name and value, and its kind.
  return sum + (places.length / 4) * 9;
}

/** Where each field's places begin, in the bytewise order of their names. */
function sortedFields(fields: PlainFields): number[] {
  const { length } = fields.places;
  const sorted: number[] = [];
  if (length / 4 > fewFields) {
    for (let field = 0; field < length; field += 4) sorted.push(field);
    return sorted.sort((a, b) => compareNames(fields, a, b));
  }
  for (let field = 0; field < length; field += 4) {
    let at = sorted.length;
    while (at > 0 && compareNames(fields, place(sorted, at - 1), field) > 0) {
      sorted[at] = place(sorted, at - 1);
      at--;
    }
    sorted[at] = field;
  }
  return sorted;
}

function compareNames({ bytes, base, places }: PlainFields, a: number, b: number): number {
  const [aAt, bAt] = [base + place(places, a), base + place(places, b)];
  const aBytes = base + place(places, a + 1) - aAt;
  const bBytes = base + place(places, b + 1) - bAt;
  const common = Math.min(aBytes, bBytes);
  for (let index = 0; index < common; index++) {
    const difference = (bytes[aAt + index] ?? 0) - (bytes[bAt + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return aBytes - bBytes;
}
