import { Fault } from '../base/fault.ts';
import type { Layout, RecordKey } from '../game/record.ts';
import { gameLabel } from '../game/record-words.ts';
import { type Compressor, createCompressor } from './codec.ts';
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

/** Full ones, at most: with fewer the reading and the compressing would wait for one another. */
const chunksUnderWay = 2;

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
  /** `encodeRecord` of its record; the writer is done with them when `add` has resolved. */
  readonly bytes: Uint8Array;
}

export interface ArchiveWriter {
  /**
   * Resolves when another game may come: chunks are compressed and written one after the other, and few wait for it.
   * Most calls have nothing to wait for and return undefined: a promise costs more than to add a short game.
   */
  add(game: EncodedGame): Promise<void> | undefined;
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
  const compressor = createCompressor(header.codec);
  let pending = new RawChunk(chunkBytes);
  // They take turns: while one is filled, the others are compressed and written, or wait for that.
  const free = Array.from({ length: chunksUnderWay }, async () => new RawChunk(chunkBytes));

  const write = async (bytes: Uint8Array) => {
    storedBytes += bytes.length;
    await file.write(bytes);
  };

  let tail: Promise<unknown> = write(headerBytes);
  tail.catch(() => {});

  const writeChunk = async (chunk: RawChunk, packing: Promise<Packed>) => {
    const { stored, rawHash } = await packing;
    const entry: ChunkEntry = {
      records: chunk.records,
      rawBytes: chunk.length,
      storedBytes: stored.reduce((sum, piece) => sum + piece.length, 0),
      rawHash,
      storedHash: sha256(...stored),
    };
    await write(encodeChunkPrefix(chunks.length, entry));
    for (const piece of stored) await write(piece);
    chunks.push(entry);
    chunk.clear();
    return chunk;
  };

  const closeChunk = async () => {
    const chunk = pending;
    rawBytes += chunk.length;
    const packing = pack(compressor, chunk.bytes);
    const written = tail.then(() => writeChunk(chunk, packing));
    // All are awaited later; a failure before that must not end the process.
    packing.catch(() => {});
    written.catch(() => {});
    tail = written;
    free.push(written);
    pending = (await free.shift()) ?? chunk;
  };

  const put = ({ key, bytes }: EncodedGame) => {
    pending.add(bytes);
    gamesByLayout[key.layout]++;
    return pending.length >= chunkBytes ? closeChunk() : undefined;
  };

  return {
    async stop() {
      await tail.catch(() => {});
      compressor.close();
      return chunks.length;
    },
    add(game) {
      const { length } = game.bytes;
      if (length + 4 > maxChunkBytes) throw unwritable(game.key, length);
      const isTooMuch = pending.records > 0 && pending.length + length + 4 > maxChunkBytes;
      return isTooMuch ? closeChunk().then(() => put(game)) : put(game);
    },
    async finish(end) {
      if (pending.records > 0) await closeChunk();
      await tail;
      compressor.close();
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
  readonly stored: readonly Buffer[];
  readonly rawHash: Buffer;
}

/** Compressing runs in libuv's pool. So could hashing, but handing a chunk over costs as much as to hash it. */
async function pack(compressor: Compressor, raw: Buffer): Promise<Packed> {
  const packing = compressor.compress(raw);
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
