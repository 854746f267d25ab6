/**
 * The canonical bytes of a GameRecord: what archives store and digests cover. Version 1, big-endian:
 *
 *   u8 version · u8 layout (0 current, 1 legacy) · text id · opt revision · opt expiresAtMs · u32 parts
 *   part: blob name · u8 kind (0 bytes) · blob value
 *   text, blob: u32 length + bytes · opt: u8 0, or u8 1 + u64
 */
import { createHash } from 'node:crypto';
import { Fault } from '../base/fault.ts';
import type { GameRecord, Layout, RecordPart } from './record.ts';

const version = 1;
const layouts: readonly Layout[] = ['current', 'legacy'];

/** SHA-256 (hex) of the canonical bytes: equal digests mean equal records. */
export function recordDigest(record: GameRecord): string {
  return createHash('sha256').update(encodeRecord(record)).digest('hex');
}

export function encodeRecord(record: GameRecord): Buffer {
  const id = Buffer.from(record.id);
  const parts = sortedParts(record.parts);
  const writer = new Writer(encodedBytes(record, id, parts));
  writer.u8(version);
  writer.u8(layouts.indexOf(record.layout));
  writer.blob(id);
  writer.optional(record.revision);
  writer.optional(record.expiresAtMs);
  writer.u32(parts.length);
  for (const { name, value } of parts) {
    writer.blob(name);
    writer.u8(0);
    writer.blob(value.bytes);
  }
  return writer.bytes;
}

function encodedBytes(record: GameRecord, id: Buffer, parts: readonly RecordPart[]): number {
  const optional = (value: number | undefined) => (value === undefined ? 1 : 9);
  const fixed = 2 + 4 + id.length + optional(record.revision) + optional(record.expiresAtMs) + 4;
  return parts.reduce((sum, { name, value }) => sum + 9 + name.length + value.bytes.length, fixed);
}

/** The order every backend hands parts in. */
export function sortedParts(parts: readonly RecordPart[]): RecordPart[] {
  return [...parts].sort((a, b) => Buffer.compare(a.name, b.name));
}

/** @throws Fault `record-unreadable` for anything that encodeRecord could not have written. */
export function decodeRecord(bytes: Uint8Array): GameRecord {
  const reader = new Reader(bytes);
  if (reader.u8() !== version) throw unreadable('unknown record version');
  const layout = layouts[reader.u8()];
  if (!layout) throw unreadable('unknown layout');
  const id = reader.text();
  const revision = reader.optional();
  const expiresAtMs = reader.optional();
  const count = reader.u32();
  const parts: RecordPart[] = [];
  for (let index = 0; index < count; index++) {
    const name = reader.blob();
    if (reader.u8() !== 0) throw unreadable('unknown kind of value');
    parts.push({ name, value: { kind: 'bytes', bytes: reader.blob() } });
  }
  if (!reader.done) throw unreadable('bytes after the end');
  return {
    id,
    layout,
    ...(revision === undefined ? {} : { revision }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts,
  };
}

function unreadable(why: string): Fault {
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
    const present = this.u8();
    if (present === 0) return undefined;
    if (present !== 1) throw unreadable('a flag is neither 0 nor 1');
    const value = Number(this.#take(8).readBigUInt64BE());
    if (!Number.isSafeInteger(value)) throw unreadable('a number is out of range');
    return value;
  }

  blob(): Buffer {
    return this.#take(this.u32());
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.blob());
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      throw unreadable('an id is not UTF-8');
    }
  }

  #take(length: number): Buffer {
    if (this.#bytes.length - this.#at < length) throw unreadable('it ends too early');
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}
