/**
 * The canonical bytes (record-codec.ts) of games whose fields are all plain bytes, straight from where the fields lie
 * in an answer: backups read so many that an object for each field would cost more than all else they do.
 */
import { codeOf, layouts, recordVersion } from './record-codec.ts';

/** Where the fields of one game lie. */
export interface PlainFields {
  readonly bytes: Buffer;
  /** What the places are counted from. */
  readonly base: number;
  /** Four for each field: start and end of its name, start and end of its value. What comes after them has no meaning. */
  readonly places: Int32Array;
  readonly fields: number;
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
  /** Of the game that is being encoded. */
  #order = new Int32Array(fewFields);

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
    this.#u32(fields.fields);
    this.#sort(fields);
    for (let index = 0; index < fields.fields; index++) {
      const at = place(this.#order, index);
      this.#blob(bytes, base + place(places, at), base + place(places, at + 1));
      this.#u8(ofBytes);
      this.#blob(bytes, base + place(places, at + 2), base + place(places, at + 3));
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

  /** Where each field's places begin, in the bytewise order of their names. */
  #sort(fields: PlainFields): void {
    const count = fields.fields;
    if (count > this.#order.length) this.#order = new Int32Array(count);
    const order = this.#order;
    if (count > fewFields) {
      for (let index = 0; index < count; index++) order[index] = 4 * index;
      order.subarray(0, count).sort((a, b) => compareNames(fields, a, b));
      return;
    }
    for (let index = 0; index < count; index++) {
      let at = index;
      for (; at > 0 && compareNames(fields, place(order, at - 1), 4 * index) > 0; at--) {
        order[at] = place(order, at - 1);
      }
      order[at] = 4 * index;
    }
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

const place = (places: Int32Array, index: number): number => places[index] ?? 0;

function contentBytes({ places, fields }: PlainFields): number {
  // Each with the lengths of its name and value, and its kind.
  let sum = fields * 9;
  for (let at = 0; at < 4 * fields; at += 2) sum += place(places, at + 1) - place(places, at);
  return sum;
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
