import { hash } from 'node:crypto';
import { asFault, type Fault } from '../base/fault.ts';
import { type EncodedRecord, walkRecord } from '../game/encoded-record.ts';
import type { GameRecord } from '../game/record.ts';
import { decodeRecord } from '../game/record-codec.ts';
import { decompress } from './codec.ts';
import type { ReadableFile } from './files.ts';
import {
  type ArchiveHeader,
  type ArchiveTotals,
  type ChunkEntry,
  chunkPrefixBytes,
  damaged,
  decodeChunkPrefix,
  decodeFooter,
  decodeHeader,
  decodeHeaderPrefix,
  decodeTrailer,
  encodeChunkPrefix,
  headerPrefixBytes,
  maxChunkBytes,
  sha256,
  trailerBytes,
} from './format.ts';

/** An archive whose header, totals and table of chunks are proven by its root hash; its chunks are not read yet. */
export interface Archive {
  readonly header: ArchiveHeader;
  readonly totals: ArchiveTotals;
  readonly chunks: readonly ChunkEntry[];
  readonly rootHash: Buffer;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** The raw bytes of one chunk. Fault `integrity` when they are not those that were written. */
  readChunk(index: number): Promise<Buffer>;
  /** Reads the stored bytes of one chunk. Fault `integrity` as readChunk. */
  checkChunk(index: number): Promise<void>;
}

/** What can be read of an archive that has no end. Its header is proven by nothing, each chunk by its own hashes. */
export type UnfinishedArchive = Pick<Archive, 'header' | 'chunks' | 'readChunk'>;

type Chunks = Pick<Archive, 'header' | 'chunks' | 'readChunk'>;

/** One game, checked to its last byte; its values are made when they are asked for. */
export interface ArchivedRecord {
  readonly encoded: EncodedRecord;
  readonly record: GameRecord;
  /** As recordDigest. */
  readonly digest: string;
}

/** `damaged`: the games of this chunk are lost, those of the others are not. */
export type ChunkRead =
  | {
      readonly kind: 'records';
      readonly records: readonly ArchivedRecord[];
      /** Gives their memory back; nothing may read them any more. Otherwise each 30 MB cost a collection of all garbage. */
      release(): void;
    }
  | { readonly kind: 'damaged'; readonly fault: Fault };

/**
 * @param validated the root hash of an archive that was read whole just before. Where this is the same one, each chunk's
 *   stored bytes are proven again, and what they decompress to is not hashed a second time
 * @throws Fault `integrity` when it is damaged or incomplete, `unsupported` when a newer version wrote it
 */
export async function openArchive(file: ReadableFile, validated?: string): Promise<Archive> {
  const { sizeBytes, mtimeMs } = file;
  const headerLength = decodeHeaderPrefix(await readExactly(file, 0, headerPrefixBytes));
  const headerEnd = headerPrefixBytes + headerLength;
  const headerBytes = await readExactly(file, 0, headerEnd);

  const trailerAt = sizeBytes - trailerBytes;
  const { footerOffset, rootHash } = decodeTrailer(await readExactly(file, trailerAt, trailerBytes));
  if (footerOffset < headerEnd || footerOffset > trailerAt) throw damaged('its end points outside of it');
  const footerBytes = await readExactly(file, footerOffset, trailerAt - footerOffset);
  if (!sha256(headerBytes, footerBytes).equals(rootHash)) throw damaged('its root hash does not match');

  const header = decodeHeader(headerBytes.subarray(headerPrefixBytes));
  const { totals, chunks } = decodeFooter(footerBytes);
  const offsets = chunkOffsets(headerEnd, chunks);
  if (offsets.at(-1) !== footerOffset) throw damaged('its chunks and its footer do not meet');

  const isValidated = rootHash.toString('hex') === validated;
  const readStored = async (index: number) => {
    const [entry, offset] = [chunks[index], offsets[index]];
    if (!entry || offset === undefined) throw new RangeError(`No chunk ${index}`);
    return { entry, stored: await readStoredChunk(file, index, entry, offset) };
  };
  return {
    ...{ header, totals, chunks, rootHash, sizeBytes, mtimeMs },
    async readChunk(index) {
      const { entry, stored } = await readStored(index);
      const raw = await unpackChunk(header, index, entry, stored);
      if (!isValidated) checkRaw(raw, index, entry);
      return raw;
    },
    async checkChunk(index) {
      await readStored(index);
    },
  };
}

/**
 * The archive of a writer that was interrupted, up to the last chunk that is there in full length.
 *
 * @throws Fault `integrity` when not even its header is there
 */
export async function openUnfinished(file: ReadableFile): Promise<UnfinishedArchive> {
  const headerLength = decodeHeaderPrefix(await readExactly(file, 0, headerPrefixBytes));
  const header = decodeHeader(await readExactly(file, headerPrefixBytes, headerLength));
  const chunks: ChunkEntry[] = [];
  const offsets: number[] = [];
  for (let at = headerPrefixBytes + headerLength; ; ) {
    const entry = decodeChunkPrefix(await file.read(at, chunkPrefixBytes), chunks.length);
    const end = at + chunkPrefixBytes + (entry?.storedBytes ?? 0);
    if (!entry || end > file.sizeBytes) break;
    chunks.push(entry);
    offsets.push(at);
    at = end;
  }
  return {
    header,
    chunks,
    async readChunk(index) {
      const [entry, offset] = [chunks[index], offsets[index]];
      if (!entry || offset === undefined) throw new RangeError(`No chunk ${index}`);
      const raw = await unpackChunk(header, index, entry, await readStoredChunk(file, index, entry, offset));
      checkRaw(raw, index, entry);
      return raw;
    },
  };
}

/** Of chunks, read and decompressed while the caller works on the last. With one the caller would often wait. */
const chunksAhead = 2;

/** Every chunk in order. */
export async function* readChunks(archive: Chunks, signal?: AbortSignal): AsyncGenerator<ChunkRead> {
  const coming: Promise<ChunkAttempt>[] = [];
  for (let index = 0; index < archive.chunks.length; index++) {
    signal?.throwIfAborted();
    while (coming.length <= chunksAhead) coming.push(attemptChunk(archive, index + coming.length));
    const raw = await (coming.shift() ?? attemptChunk(archive, index));
    if ('fault' in raw) {
      // Only the archive's own damage is a finding; a disk that fails says nothing about the archive.
      if (raw.fault.code !== 'integrity') throw raw.fault;
      yield { kind: 'damaged', fault: raw.fault };
    } else {
      yield decodeChunk(raw.bytes, index, archive);
    }
  }
}

/** Where each chunk begins, and last where the footer must begin. */
function chunkOffsets(first: number, chunks: readonly ChunkEntry[]): number[] {
  const offsets = [first];
  let at = first;
  for (const { storedBytes } of chunks) {
    at += chunkPrefixBytes + storedBytes;
    offsets.push(at);
  }
  return offsets;
}

async function readStoredChunk(
  file: ReadableFile,
  index: number,
  entry: ChunkEntry,
  offset: number,
): Promise<Buffer> {
  const bytes = await readExactly(file, offset, chunkPrefixBytes + entry.storedBytes);
  const stored = bytes.subarray(chunkPrefixBytes);
  const prefix = bytes.subarray(0, chunkPrefixBytes);
  if (!prefix.equals(encodeChunkPrefix(index, entry)) || !sha256(stored).equals(entry.storedHash)) {
    throw damaged(`chunk ${index} is not what was written`);
  }
  return stored;
}

async function unpackChunk(
  { codec }: ArchiveHeader,
  index: number,
  entry: ChunkEntry,
  stored: Buffer,
): Promise<Buffer> {
  if (entry.rawBytes > maxChunkBytes) throw damaged(`chunk ${index} claims ${entry.rawBytes} bytes`);
  const raw = await decompress(codec, stored, entry.rawBytes).catch((cause: unknown) => {
    throw damaged(`chunk ${index} cannot be decompressed (${asFault(cause).message})`);
  });
  if (raw.length !== entry.rawBytes) throw otherBytes(index);
  return raw;
}

function checkRaw(raw: Buffer, index: number, { rawHash }: ChunkEntry): void {
  if (!sha256(raw).equals(rawHash)) throw otherBytes(index);
}

const otherBytes = (index: number) => damaged(`chunk ${index} decompresses to other bytes than were written`);

type ChunkAttempt = { readonly bytes: Buffer } | { readonly fault: Fault };

/** Never rejects, since nobody may be waiting for it when it fails. */
async function attemptChunk(archive: Chunks, index: number): Promise<ChunkAttempt> {
  if (index >= archive.chunks.length) return { bytes: Buffer.alloc(0) };
  try {
    return { bytes: await archive.readChunk(index) };
  } catch (thrown) {
    return { fault: asFault(thrown, 'io-failed') };
  }
}

function decodeChunk(raw: Buffer, index: number, { header, chunks }: Chunks): ChunkRead {
  try {
    const records: ArchivedRecord[] = [];
    for (const bytes of splitRecords(raw)) records.push(new CheckedRecord(walkRecord(bytes)));
    if (records.length !== chunks[index]?.records)
      throw damaged(`chunk ${index} has ${records.length} games`);
    return { kind: 'records', records, release: () => release(raw, header) };
  } catch (thrown) {
    return { kind: 'damaged', fault: damaged(`chunk ${index}: ${asFault(thrown).message}`) };
  }
}

/** Small ones share memory with others, and what was not decompressed may be the file's own. */
function release({ buffer }: Buffer, { codec }: ArchiveHeader): void {
  const isItsOwn = codec !== 'none' && buffer.byteLength > Buffer.poolSize;
  if (isItsOwn && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function* splitRecords(raw: Buffer): Generator<Buffer> {
  let at = 0;
  while (at < raw.length) {
    if (raw.length < at + 4) throw damaged('a record has no length');
    const end = at + 4 + raw.readUInt32BE(at);
    if (raw.length < end) throw damaged('a record ends early');
    yield raw.subarray(at + 4, end);
    at = end;
  }
}

class CheckedRecord implements ArchivedRecord {
  readonly encoded: EncodedRecord;

  constructor(encoded: EncodedRecord) {
    this.encoded = encoded;
  }

  get record(): GameRecord {
    return decodeRecord(this.encoded.bytes);
  }

  get digest(): string {
    return hash('sha256', this.encoded.bytes, 'hex');
  }
}

async function readExactly(file: ReadableFile, position: number, length: number): Promise<Buffer> {
  if (position < 0) throw damaged('it is too short');
  const bytes = await file.read(position, length);
  if (bytes.length < length) throw damaged('it ends early');
  return bytes;
}
