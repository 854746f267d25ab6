/**
 * The canonical bytes of a GameRecord: what archives store and digests cover. Version 1, big-endian:
 *
 *   u8 version · u8 layout (0 current, 1 legacy) · text id · opt revision · opt expiresAtMs · u32 parts
 *   part: blob name · value
 *   value: u8 kind, then by kind
 *     0 bytes, 1 text, 2 number   blob (text and digits as UTF-8)
 *     3 boolean                   u8 0 or 1
 *     4 null                      nothing
 *     5 list                      u32 count · values
 *     6 map                       u32 count · parts
 *     7 to 9 set                  u32 count · blobs; of texts, numbers, bytes
 *   text, blob: u32 length + bytes · opt: u8 0, or u8 1 + u64
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Fault } from '../base/fault.ts';
import type { GameRecord, Layout, PartValue, RecordPart } from './record.ts';

export const recordVersion = 1;
/** Each is written as its place in this list, as are the kinds. */
export const layouts: readonly Layout[] = ['current', 'legacy'];
const kinds: readonly PartValue['kind'][] = [
  'bytes',
  'text',
  'number',
  'boolean',
  'null',
  'list',
  'map',
  'text-set',
  'number-set',
  'bytes-set',
];
export const codeOf = (kind: PartValue['kind']): number => kinds.indexOf(kind);
/** DynamoDB's own bound is 32. */
export const deepest = 64;

/** SHA-256 (hex) of the canonical bytes: equal digests mean equal records. */
export function recordDigest(record: GameRecord): string {
  return createHash('sha256').update(encodeRecord(record)).digest('hex');
}

export function encodeRecord(record: GameRecord): Buffer {
  const id = Buffer.from(record.id);
  const parts = sortedParts(record.parts);
  const writer = new Writer(encodedBytes(record, id, parts));
  writer.u8(recordVersion);
  writer.u8(layouts.indexOf(record.layout));
  writer.blob(id);
  writer.optional(record.revision);
  writer.optional(record.expiresAtMs);
  writer.parts(parts);
  return writer.bytes;
}

/** The canonical bytes of one value. */
export function encodeValue(value: PartValue): Buffer {
  const writer = new Writer(valueBytes(value));
  writer.value(value);
  return writer.bytes;
}

/** @throws Fault `record-unreadable` for anything that encodeValue could not have written. */
export function decodeValue(bytes: Uint8Array): PartValue {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (!reader.done) throw unreadable('bytes after the end');
  return value;
}

/** How long `encodeRecord` is. */
export function recordBytes(record: GameRecord): number {
  return encodedBytes(record, Buffer.from(record.id), record.parts);
}

function encodedBytes(record: GameRecord, id: Buffer, parts: readonly RecordPart[]): number {
  const optional = (value: number | undefined) => (value === undefined ? 1 : 9);
  const fixed = 2 + 4 + id.length + optional(record.revision) + optional(record.expiresAtMs) + 4;
  return fixed + partsBytes(parts);
}

const partsBytes = (parts: readonly RecordPart[]): number =>
  parts.reduce((sum, { name, value }) => sum + 4 + name.length + valueBytes(value), 0);

function valueBytes(value: PartValue): number {
  switch (value.kind) {
    case 'bytes':
      return 5 + value.bytes.length;
    case 'text':
      return 5 + Buffer.byteLength(value.text);
    case 'number':
      return 5 + Buffer.byteLength(value.digits);
    case 'boolean':
      return 2;
    case 'null':
      return 1;
    case 'list':
      return value.items.reduce((sum, item) => sum + valueBytes(item), 5);
    case 'map':
      return 5 + partsBytes(value.entries);
    default:
      return value.items.reduce((sum, item) => sum + 4 + item.length, 5);
  }
}

/** The order every backend hands parts in. */
export function sortedParts(parts: readonly RecordPart[]): RecordPart[] {
  return [...parts].sort((a, b) => Buffer.compare(a.name, b.name));
}

/** @throws Fault `record-unreadable` for anything that encodeRecord could not have written. */
export function decodeRecord(bytes: Uint8Array): GameRecord {
  const reader = new Reader(bytes);
  if (reader.u8() !== recordVersion) throw unreadable('unknown record version');
  const layout = layouts[reader.u8()];
  if (!layout) throw unreadable('unknown layout');
  const id = reader.text();
  const revision = reader.optional();
  const expiresAtMs = reader.optional();
  const parts = reader.parts();
  if (!reader.done) throw unreadable('bytes after the end');
  return {
    id,
    layout,
    ...(revision === undefined ? {} : { revision }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts,
  };
}

export function unreadable(why: string): Fault {
  return new Fault('record-unreadable', `A game record cannot be decoded: ${why}`, {
    next: 'Validate the archive and use an older one if it is damaged',
  });
}

/** Fills one buffer of the right size: a record has dozens of small parts, and backups encode by the thousand. */
class Writer {
  #at = 0;
  readonly bytes: Buffer;

  constructor(length: number) {
    this.bytes = Buffer.alloc(length);
  }

  u8(value: number): void {
    this.#at = this.bytes.writeUInt8(value, this.#at);
  }

  u32(value: number): void {
    this.#at = this.bytes.writeUInt32BE(value, this.#at);
  }

  blob(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  parts(parts: readonly RecordPart[]): void {
    this.u32(parts.length);
    for (const { name, value } of parts) {
      this.blob(name);
      this.value(value);
    }
  }

  value(value: PartValue): void {
    this.u8(codeOf(value.kind));
    switch (value.kind) {
      case 'bytes':
        this.blob(value.bytes);
        return;
      case 'text':
        this.blob(Buffer.from(value.text));
        return;
      case 'number':
        this.blob(Buffer.from(value.digits));
        return;
      case 'boolean':
        this.u8(value.value ? 1 : 0);
        return;
      case 'null':
        return;
      case 'list':
        this.u32(value.items.length);
        for (const item of value.items) this.value(item);
        return;
      case 'map':
        this.parts(value.entries);
        return;
      default:
        this.u32(value.items.length);
        for (const item of value.items) this.blob(item);
    }
  }

  optional(value: number | undefined): void {
    this.u8(value === undefined ? 0 : 1);
    if (value !== undefined) this.#at = this.bytes.writeBigUInt64BE(BigInt(value), this.#at);
  }
}

class Reader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    return this.#take(1).readUInt8();
  }

  u32(): number {
    return this.#take(4).readUInt32BE();
  }

  optional(): number | undefined {
    if (!this.#flag()) return undefined;
    const value = Number(this.#take(8).readBigUInt64BE());
    if (!Number.isSafeInteger(value)) throw unreadable('a number is out of range');
    return value;
  }

  parts(depth = 0): RecordPart[] {
    return this.#many(() => ({ name: this.blob(), value: this.value(depth) }));
  }

  value(depth = 0): PartValue {
    if (depth > deepest) throw unreadable('its values are nested too deep');
    const kind = kinds[this.u8()];
    switch (kind) {
      case 'bytes':
        return { kind, bytes: this.blob() };
      case 'text':
        return { kind, text: this.text() };
      case 'number':
        return { kind, digits: this.text() };
      case 'boolean':
        return { kind, value: this.#flag() };
      case 'null':
        return { kind };
      case 'list':
        return { kind, items: this.#many(() => this.value(depth + 1)) };
      case 'map':
        return { kind, entries: this.parts(depth + 1) };
      case 'text-set':
      case 'number-set':
      case 'bytes-set':
        return { kind, items: this.#many(() => this.blob()) };
      default:
        throw unreadable('unknown kind of value');
    }
  }

  blob(): Buffer {
    return this.#take(this.u32());
  }

  text(): string {
    const bytes = this.blob();
    if (!isUtf8(bytes)) throw unreadable('a text is not UTF-8');
    return bytes.toString();
  }

  #many<T>(read: () => T): T[] {
    const count = this.u32();
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }

  #flag(): boolean {
    const flag = this.u8();
    if (flag > 1) throw unreadable('a flag is neither 0 nor 1');
    return flag === 1;
  }

  #take(length: number): Buffer {
    if (this.#bytes.length - this.#at < length) throw unreadable('it ends too early');
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}
