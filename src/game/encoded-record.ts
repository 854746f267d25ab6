/**
 * A record's canonical bytes (record-codec.ts), gone through where they lie: everything that decodeRecord refuses is
 * refused, and no object is made for a field. Archives are read by the hundred thousand games.
 */
import { isUtf8 } from 'node:buffer';
import type { RecordKey } from './record.ts';
import { codeOf, deepest, layouts, recordVersion, unreadable } from './record-codec.ts';

export interface EncodedRecord extends RecordKey {
  readonly bytes: Buffer;
  readonly revision: number | undefined;
  readonly expiresAtMs: number | undefined;
  /** How many fields there are, and where they begin. */
  readonly fields: number;
  readonly fieldsAt: number;
  /** Every value is plain bytes, none of another type. */
  readonly hasOnlyBytes: boolean;
}

const kind = {
  bytes: codeOf('bytes'),
  text: codeOf('text'),
  number: codeOf('number'),
  boolean: codeOf('boolean'),
  null: codeOf('null'),
  list: codeOf('list'),
  map: codeOf('map'),
  firstSet: codeOf('text-set'),
  lastSet: codeOf('bytes-set'),
};

/** @throws Fault `record-unreadable` for anything that encodeRecord could not have written. */
export function walkRecord(bytes: Buffer): EncodedRecord {
  return new Walk(bytes).record();
}

/** Where the field lies that begins at `at`, of a record that has only bytes. */
export function plainFieldAt(bytes: Buffer, at: number): PlainField {
  const nameAt = at + 4;
  const nameEnd = nameAt + bytes.readUInt32BE(at);
  // The kind of the value is between them.
  const valueAt = nameEnd + 5;
  return { nameAt, nameEnd, valueAt, valueEnd: valueAt + bytes.readUInt32BE(nameEnd + 1) };
}

export interface PlainField {
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly valueAt: number;
  /** The next field begins here. */
  readonly valueEnd: number;
}

class Walk {
  #at = 0;
  #hasOnlyBytes = true;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  record(): EncodedRecord {
    if (this.#u8() !== recordVersion) throw unreadable('unknown record version');
    const layout = layouts[this.#u8()];
    if (!layout) throw unreadable('unknown layout');
    const id = this.#id();
    const revision = this.#optional();
    const expiresAtMs = this.#optional();
    const fields = this.#u32();
    const fieldsAt = this.#at;
    this.#fields(fields);
    if (this.#at !== this.#bytes.length) throw unreadable('bytes after the end');
    const hasOnlyBytes = this.#hasOnlyBytes;
    return { bytes: this.#bytes, id, layout, revision, expiresAtMs, fields, fieldsAt, hasOnlyBytes };
  }

  #fields(count: number): void {
    let beforeAt = 0;
    let beforeEnd = 0;
    for (let index = 0; index < count; index++) {
      const nameAt = this.#blob();
      const nameEnd = this.#at;
      // One record has one encoding; another order would give the same game a second digest.
      if (index > 0 && !this.#isAfter(nameAt, nameEnd, beforeAt, beforeEnd)) {
        throw unreadable('the parts are out of order');
      }
      beforeAt = nameAt;
      beforeEnd = nameEnd;
      if (this.#bytes[this.#at] !== kind.bytes) this.#hasOnlyBytes = false;
      this.#value(0);
    }
  }

  #isAfter(at: number, end: number, beforeAt: number, beforeEnd: number): boolean {
    const common = Math.min(end - at, beforeEnd - beforeAt);
    for (let index = 0; index < common; index++) {
      const difference = (this.#bytes[at + index] ?? 0) - (this.#bytes[beforeAt + index] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return end - at > beforeEnd - beforeAt;
  }

  #value(depth: number): void {
    if (depth > deepest) throw unreadable('its values are nested too deep');
    const found = this.#u8();
    if (found === kind.bytes) this.#blob();
    else if (found === kind.text || found === kind.number) this.#text(this.#blob(), this.#at);
    else if (found === kind.boolean) this.#flag();
    else if (found === kind.list) this.#many(() => this.#value(depth + 1));
    else if (found === kind.map) {
      this.#many(() => {
        this.#blob();
        this.#value(depth + 1);
      });
    } else if (found >= kind.firstSet && found <= kind.lastSet) this.#many(() => this.#blob());
    else if (found !== kind.null) throw unreadable('unknown kind of value');
  }

  #many(one: () => void): void {
    const count = this.#u32();
    for (let index = 0; index < count; index++) one();
  }

  #id(): string {
    const at = this.#blob();
    this.#text(at, this.#at);
    return this.#bytes.toString('utf8', at, this.#at);
  }

  #text(at: number, end: number): void {
    // Nearly always it is ASCII, and then short.
    for (let index = at; index < end; index++) {
      if ((this.#bytes[index] ?? 0) < 0x80) continue;
      if (!isUtf8(this.#bytes.subarray(index, end))) throw unreadable('a text is not UTF-8');
      return;
    }
  }

  #optional(): number | undefined {
    if (!this.#flag()) return undefined;
    const value = this.#u32() * 2 ** 32 + this.#u32();
    if (!Number.isSafeInteger(value)) throw unreadable('a number is out of range');
    return value;
  }

  #flag(): boolean {
    const flag = this.#u8();
    if (flag > 1) throw unreadable('a flag is neither 0 nor 1');
    return flag === 1;
  }

  /** @returns where it begins; afterwards this is at its end */
  #blob(): number {
    const length = this.#u32();
    const at = this.#at;
    this.#skip(length);
    return at;
  }

  #u8(): number {
    const at = this.#at;
    this.#skip(1);
    return this.#bytes[at] ?? 0;
  }

  #u32(): number {
    const at = this.#at;
    this.#skip(4);
    return this.#bytes.readUInt32BE(at);
  }

  #skip(length: number): void {
    if (this.#bytes.length - this.#at < length) throw unreadable('it ends too early');
    this.#at += length;
  }
}
