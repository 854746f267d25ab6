import { Fault } from '../base/fault.ts';
import type { Layout, RecordKey } from '../game/record.ts';
import { gameLabel } from '../game/record-words.ts';
import { type Codec, compress } from './codec.ts';
import type { WritableFile } from './files.ts';
import {
  type ArchiveHeader,
  type ArchiveTotals,
  type ChunkEntry,
  encodeChunkPrefix,
  encodeFooter,
  encodeHeader,
  encodeTrailer,
  maxChunkBytes,
  sha256,
  targetChunkBytes,
} from './format.ts';

export interface WriterOptions {
  /** Raw bytes after which a chunk is closed. */
  readonly chunkBytes?: number;
}

export interface Written {
  readonly header: ArchiveHeader;
  readonly totals: ArchiveTotals;
  readonly rootHash: Buffer;
  readonly storedBytes: number;
}

/** What the writer does not know itself. */
export type ArchiveEnd = Omit<ArchiveTotals, 'games' | 'gamesByLayout' | 'rawBytes'>;

export interface EncodedGame {
  readonly key: RecordKey;
  /** `encodeRecord` of its record; the writer is done with them when `add` resolves. */
  readonly bytes: Uint8Array;
}

export interface ArchiveWriter {
  /** Resolves when another game may come: at most one chunk waits while the one before it is compressed. */
  add(game: EncodedGame): Promise<void>;
  /** For a writer that will not finish: how many chunks are in the file, whole, once nothing is written any more. */
  stop(): Promise<number>;
  /** Writes the end and syncs the file. The writer is used up. */
  finish(end: ArchiveEnd): Promise<Written>;
}

/** Writes an archive front to back; what it holds in memory does not grow with the games. */
export function createArchiveWriter(
  file: WritableFile,
  header: ArchiveHeader,
  { chunkBytes = targetChunkBytes }: WriterOptions = {},
): ArchiveWriter {
  const headerBytes = encodeHeader(header);
  const chunks: ChunkEntry[] = [];
  const gamesByLayout: Record<Layout, number> = { current: 0, legacy: 0 };
  let storedBytes = 0;
  let rawBytes = 0;
  // Two take turns: one is filled while the other is compressed.
  const free: RawChunk[] = [];
  const nextChunk = () => free.pop() ?? new RawChunk(chunkBytes);
  let pending = nextChunk();

  const write = async (bytes: Uint8Array) => {
    storedBytes += bytes.length;
    await file.write(bytes);
  };

  let tail = write(headerBytes);
  tail.catch(() => {});

  const writeChunk = async (chunk: RawChunk, packing: Promise<Packed>) => {
    const { stored, rawHash } = await packing;
    const entry: ChunkEntry = {
      records: chunk.records,
      rawBytes: chunk.length,
      storedBytes: stored.length,
      rawHash,
      storedHash: sha256(stored),
    };
    await write(encodeChunkPrefix(chunks.length, entry));
    await write(stored);
    chunks.push(entry);
    chunk.clear();
    free.push(chunk);
  };

  const closeChunk = async () => {
    const chunk = pending;
    pending = nextChunk();
    rawBytes += chunk.length;
    const packing = pack(header.codec, chunk.bytes);
    const before = tail;
    tail = before.then(() => writeChunk(chunk, packing));
    // Both are awaited later; a failure before that must not end the process.
    packing.catch(() => {});
    tail.catch(() => {});
    await before;
  };

  return {
    async stop() {
      await tail.catch(() => {});
      return chunks.length;
    },
    async add({ key, bytes }) {
      if (bytes.length + 4 > maxChunkBytes) throw unwritable(key, bytes.length);
      if (pending.records > 0 && pending.length + bytes.length + 4 > maxChunkBytes) await closeChunk();
      pending.add(bytes);
      gamesByLayout[key.layout]++;
      if (pending.length >= chunkBytes) await closeChunk();
    },
    async finish(end) {
      if (pending.records > 0) await closeChunk();
      await tail;
      const games = gamesByLayout.current + gamesByLayout.legacy;
      const totals: ArchiveTotals = { ...end, games, gamesByLayout, rawBytes };
      const footer = encodeFooter({ totals, chunks });
      const footerOffset = storedBytes;
      const rootHash = sha256(headerBytes, footer);
      await write(footer);
      await write(encodeTrailer(footerOffset, rootHash));
      await file.sync();
      return { header, totals, rootHash, storedBytes };
    },
  };
}

interface Packed {
  readonly stored: Buffer;
  readonly rawHash: Buffer;
}

/** Compressing runs in libuv's pool. So could hashing, but handing a chunk over costs as much as to hash it. */
async function pack(codec: Codec, raw: Buffer): Promise<Packed> {
  const packing = compress(codec, raw);
  return { rawHash: sha256(raw), stored: await packing };
}

/** Room for the record that fills a chunk. */
const spareBytes = 64 * 1024;

/** Records on their way into a chunk, each after its length. */
class RawChunk {
  #room: Buffer;
  #used = 0;
  #records = 0;
  readonly #usualBytes: number;

  constructor(chunkBytes: number) {
    this.#usualBytes = chunkBytes + spareBytes;
    this.#room = Buffer.allocUnsafeSlow(this.#usualBytes);
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#used);
  }

  get length(): number {
    return this.#used;
  }

  add(record: Uint8Array): void {
    const wanted = this.#used + 4 + record.length;
    if (wanted > this.#room.length) this.#grow(wanted);
    this.#room.writeUInt32BE(record.length, this.#used);
    this.#room.set(record, this.#used + 4);
    this.#used = wanted;
    this.#records++;
  }

  clear(): void {
    this.#used = 0;
    this.#records = 0;
    // What one long game needed is not kept.
    if (this.#room.length > this.#usualBytes) this.#room = Buffer.allocUnsafeSlow(this.#usualBytes);
  }

  #grow(wanted: number): void {
    const room = Buffer.allocUnsafeSlow(wanted);
    room.set(this.bytes);
    this.#room = room;
  }
}

function unwritable(key: RecordKey, bytes: number): Fault {
  return new Fault(
    'record-unreadable',
    `${gameLabel(key)} does not fit into an archive: it has ${bytes} bytes`,
    {
      next: 'Inspect the game, and remove or repair it before the next backup',
    },
  );
}
