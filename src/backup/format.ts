/**
 * The archive format, version 1: one file, name ending in `.gka`, integers big-endian.
 *
 *   file    header · chunk* · footer · trailer, and not a byte more
 *   header  magic `GKA\r\n\x1a\n` · u8 version · u32 length · JSON (ArchiveHeader)
 *   chunk   `C` · u32 index · entry · stored bytes
 *   entry   u32 records · u32 raw length · u32 stored length · SHA-256 of the raw bytes · SHA-256 of the stored bytes
 *   raw     (u32 length · encodeRecord bytes)*, about 1 MiB; a record never crosses chunks
 *   footer  u32 length · JSON (ArchiveTotals) · u32 chunks · entry*
 *   trailer u64 offset of the footer · root hash · `GKAEND\r\n`
 *
 * The root hash is the SHA-256 of header and footer. The footer holds the hash of every chunk in its order, so the
 * root covers each byte: a flip, a cut, a swap or a chunk of another archive changes it. Stored bytes are checked
 * before they are decoded and raw bytes after, so the codec is trusted with neither integrity nor the end of data.
 * A file without a trailer is an archive that was never finished.
 *
 * Readers ignore JSON fields that they do not know and refuse codecs, ciphers and versions that they do not know.
 * A chunk stands alone: it can be read at its offset, or kept when an interrupted archive is continued.
 *
 * An encrypted archive is all of this inside an age file (https://age-encryption.org/v1): `age -d` gives the plain one.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Fault } from '../base/fault.ts';
import { fitShape } from '../base/shape-words.ts';
import type { Layout } from '../game/record.ts';
import { ciphers } from './archive-file.ts';
import { archivePurposes } from './archive-list.ts';
import { count, filterShape, totalsShape } from './archive-shapes.ts';
import { codecs } from './codec.ts';

const magic = Buffer.from('GKA\r\n\x1a\n', 'latin1');
const version = 1;
const endMagic = Buffer.from('GKAEND\r\n', 'latin1');
const chunkTag = 'C'.charCodeAt(0);

const hashBytes = 32;
const entryBytes = 12 + 2 * hashBytes;
const maxHeaderBytes = 64 * 1024;

export const headerPrefixBytes = magic.length + 1 + 4;
export const chunkPrefixBytes = 1 + 4 + entryBytes;
export const trailerBytes = 8 + hashBytes + endMagic.length;

export const targetChunkBytes = 1024 * 1024;
/** Bound on what a reader allocates for one chunk, and so on the size of one game. */
export const maxChunkBytes = 512 * 1024 * 1024;

const headerSchema = z.object({
  archiveId: z.string().min(1),
  codec: z.enum(codecs),
  /** How the file was written; how it is now, its first bytes say. */
  cipher: z.enum(ciphers),
  /** Whom it was encrypted for; left out with a passphrase. */
  recipients: z.array(z.string()).optional(),
  environment: z.string(),
  source: z.string(),
  createdBy: z.string(),
  startedAtMs: count,
  consistency: z.literal('fuzzy-scan'),
  filter: filterShape,
  purpose: z.enum(archivePurposes).optional(),
});

/** What is known before the first game is read; fields as in Manifest. */
export type ArchiveHeader = z.infer<typeof headerSchema>;

const totalsSchema = z.object({
  endedAtMs: count,
  games: count,
  gamesByLayout: z.object({ current: count, legacy: count } satisfies Record<Layout, unknown>),
  rawBytes: count,
  ...totalsShape,
});

export type ArchiveTotals = z.infer<typeof totalsSchema>;

export interface ChunkEntry {
  readonly records: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly rawHash: Buffer;
  readonly storedHash: Buffer;
}

export interface ArchiveFooter {
  readonly totals: ArchiveTotals;
  readonly chunks: readonly ChunkEntry[];
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function encodeHeader(header: ArchiveHeader): Buffer {
  const json = Buffer.from(JSON.stringify(headerSchema.parse(header)));
  return Buffer.concat([magic, Uint8Array.of(version), u32(json.length), json]);
}

export const beginsAsArchive = (bytes: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);

/** @returns the length of the JSON that follows */
export function decodeHeaderPrefix(bytes: Buffer): number {
  if (!beginsAsArchive(bytes)) throw damaged('it does not begin as an archive');
  const found = bytes.readUInt8(magic.length);
  if (found !== version) throw tooNew(`archive format ${found}`);
  const length = bytes.readUInt32BE(magic.length + 1);
  if (length > maxHeaderBytes) throw damaged('its header is too long');
  return length;
}

/** Call it once the root hash has been checked: what does not fit then was written by a newer gamekeeper. */
export function decodeHeader(json: Buffer): ArchiveHeader {
  const parsed = fitShape(headerSchema, parseJson(json));
  if (parsed.kind === 'wrong') throw tooNew(`its header: ${parsed.what}`);
  return parsed.data;
}

export function encodeChunkPrefix(index: number, entry: ChunkEntry): Buffer {
  return Buffer.concat([Uint8Array.of(chunkTag), u32(index), encodeEntry(entry)]);
}

/** undefined when it is not that of the chunk with this index: what was written ends before it. */
export function decodeChunkPrefix(bytes: Buffer, index: number): ChunkEntry | undefined {
  if (bytes.length < chunkPrefixBytes) return undefined;
  const entry = decodeEntry(bytes, chunkPrefixBytes - entryBytes);
  return bytes.equals(encodeChunkPrefix(index, entry)) ? entry : undefined;
}

export function encodeFooter({ totals, chunks }: ArchiveFooter): Buffer {
  // What no reader would take must not be published.
  const json = Buffer.from(JSON.stringify(totalsSchema.parse(totals)));
  return Buffer.concat([u32(json.length), json, u32(chunks.length), ...chunks.map(encodeEntry)]);
}

/** As decodeHeader: only once the root hash has been checked. */
export function decodeFooter(bytes: Buffer): ArchiveFooter {
  const tableAt = 4 + bytes.readUInt32BE();
  const totals = fitShape(totalsSchema, parseJson(bytes.subarray(4, tableAt)));
  if (totals.kind === 'wrong') throw tooNew(`its totals: ${totals.what}`);
  const chunks: ChunkEntry[] = [];
  for (let at = tableAt + 4; at < bytes.length; at += entryBytes) chunks.push(decodeEntry(bytes, at));
  return { totals: totals.data, chunks };
}

export function encodeTrailer(footerOffset: number, rootHash: Buffer): Buffer {
  const offset = Buffer.alloc(8);
  offset.writeBigUInt64BE(BigInt(footerOffset));
  return Buffer.concat([offset, rootHash, endMagic]);
}

export function decodeTrailer(bytes: Buffer): { footerOffset: number; rootHash: Buffer } {
  const end = 8 + hashBytes;
  if (!bytes.subarray(end).equals(endMagic)) throw damaged('it has no end: it was cut, or never finished');
  return { footerOffset: Number(bytes.readBigUInt64BE()), rootHash: bytes.subarray(8, end) };
}

/** @returns a Fault `integrity`, never throws */
export function damaged(why: string): Fault {
  return new Fault('integrity', `The archive is damaged: ${why}`, {
    next: 'Use another archive; keep this one for examination',
  });
}

function tooNew(what: string): Fault {
  return new Fault('unsupported', `The archive needs a newer gamekeeper: ${what}`, {
    next: 'Open it with the version that wrote it',
  });
}

function encodeEntry(entry: ChunkEntry): Buffer {
  const lengths = [u32(entry.records), u32(entry.rawBytes), u32(entry.storedBytes)];
  return Buffer.concat([...lengths, entry.rawHash, entry.storedHash]);
}

function decodeEntry(bytes: Buffer, at: number): ChunkEntry {
  if (bytes.length < at + entryBytes) throw damaged('its table of chunks ends early');
  const hashesAt = at + 12;
  return {
    records: bytes.readUInt32BE(at),
    rawBytes: bytes.readUInt32BE(at + 4),
    storedBytes: bytes.readUInt32BE(at + 8),
    rawHash: bytes.subarray(hashesAt, hashesAt + hashBytes),
    storedHash: bytes.subarray(hashesAt + hashBytes, hashesAt + 2 * hashBytes),
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new Fault('integrity', 'The archive is damaged: a part of it is not JSON', { cause });
  }
}
