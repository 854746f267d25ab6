import { Fault } from '../base/fault.ts';
import type { GameRecord, Layout } from '../game/record.ts';
import { encodeRecord } from '../game/record-codec.ts';
import { gameLabel } from '../game/record-words.ts';
import { compress } from './codec.ts';
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
  u32,
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

export interface ArchiveWriter {
  /** Resolves when another record may come: at most one chunk waits while the one before it is compressed. */
  add(record: GameRecord): Promise<void>;
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
  let pending: Uint8Array[] = [];
  let pendingRecords = 0;
  let pendingBytes = 0;

  const write = async (bytes: Uint8Array) => {
    storedBytes += bytes.length;
    await file.write(bytes);
  };

  let tail = write(headerBytes);
  tail.catch(() => {});

  const writeChunk = async (records: number, raw: Buffer, compressing: Promise<Buffer>) => {
    const stored = await compressing;
    const entry: ChunkEntry = {
      records,
      rawBytes: raw.length,
      storedBytes: stored.length,
      rawHash: sha256(raw),
      storedHash: sha256(stored),
    };
    await write(encodeChunkPrefix(chunks.length, entry));
    await write(stored);
    chunks.push(entry);
  };

  const closeChunk = async () => {
    const raw = Buffer.concat(pending, pendingBytes);
    const records = pendingRecords;
    rawBytes += raw.length;
    pending = [];
    pendingRecords = 0;
    pendingBytes = 0;
    const compressing = compress(header.codec, raw);
    const before = tail;
    tail = before.then(() => writeChunk(records, raw, compressing));
    // Both are awaited later; a failure before that must not end the process.
    compressing.catch(() => {});
    tail.catch(() => {});
    await before;
  };

  return {
    async add(record) {
      const bytes = encode(record);
      if (bytes.length + 4 > maxChunkBytes) throw unwritable(record, `it has ${bytes.length} bytes`);
      if (pendingBytes > 0 && pendingBytes + bytes.length + 4 > maxChunkBytes) await closeChunk();
      pending.push(u32(bytes.length), bytes);
      pendingRecords++;
      pendingBytes += 4 + bytes.length;
      gamesByLayout[record.layout]++;
      if (pendingBytes >= chunkBytes) await closeChunk();
    },
    async finish(end) {
      if (pendingRecords > 0) await closeChunk();
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

function encode(record: GameRecord): Buffer {
  try {
    return encodeRecord(record);
  } catch (cause) {
    throw unwritable(record, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unwritable(record: GameRecord, why: string, cause?: unknown): Fault {
  return new Fault('record-unreadable', `${gameLabel(record)} does not fit into an archive: ${why}`, {
    next: 'Inspect the game, and remove or repair it before the next backup',
    cause,
  });
}
