/** An archive inside an age file: what is written to it is sealed, what is read from it is opened chunk by chunk. */
import { randomBytes } from 'node:crypto';
import { asFault } from '../base/fault.ts';
import {
  openChunk,
  payloadKey,
  payloadSize,
  plainChunkBytes,
  saltBytes,
  sealChunk,
  sealedChunkBytes,
} from './age-payload.ts';
import type { ArchiveFile, UnendedFile } from './archive-file.ts';
import type { ReadableFile, WritableFile } from './files.ts';
import { damaged } from './format.ts';

/** As many as are sealed before they are written. */
const chunksAtOnce = 8;

/** The text in front of an age file, and the key that is hidden in it. */
export interface AgeHeader {
  readonly header: Uint8Array;
  readonly fileKey: Uint8Array;
}

/**
 * `sync` makes durable what fills chunks: up to 64 KiB wait in memory for what follows them, since the last chunk is
 * marked as the last.
 */
export function sealingFile(inner: WritableFile, { header, fileKey }: AgeHeader): UnendedFile {
  const salt = randomBytes(saltBytes);
  const key = payloadKey(fileKey, salt);
  const pending = Buffer.allocUnsafe(plainChunkBytes);
  let pendingBytes = 0;
  let index = 0;
  let storedBytes = 0;
  // What is sealed is written together, from memory that is used again.
  const unwritten = Buffer.concat(
    [header, salt],
    header.length + saltBytes + chunksAtOnce * sealedChunkBytes,
  );
  let unwrittenBytes = header.length + saltBytes;

  const flush = async () => {
    if (unwrittenBytes === 0) return;
    storedBytes += unwrittenBytes;
    await inner.write(unwritten.subarray(0, unwrittenBytes));
    unwrittenBytes = 0;
  };
  const seal = async (isLast: boolean) => {
    if (unwrittenBytes + sealedChunkBytes > unwritten.length) await flush();
    for (const piece of sealChunk(key, { index: index++, isLast }, pending.subarray(0, pendingBytes))) {
      unwritten.set(piece, unwrittenBytes);
      unwrittenBytes += piece.length;
    }
    pendingBytes = 0;
  };

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        // A full chunk is sealed only once something follows: it might be the last.
        if (pendingBytes === plainChunkBytes) await seal(false);
        const taken = bytes.subarray(at, at + plainChunkBytes - pendingBytes);
        pending.set(taken, pendingBytes);
        pendingBytes += taken.length;
        at += taken.length;
      }
      await flush();
    },
    sync: () => inner.sync(),
    async end() {
      await seal(true);
      await flush();
      await inner.sync();
      return storedBytes;
    },
    close: () => inner.close(),
  };
}

/** @throws Fault `integrity` when it was cut or has bytes more; `read` does for a chunk that was changed */
export async function openingFile(file: ReadableFile, age: AgeHeader): Promise<ArchiveFile> {
  const size = payloadSize(file.sizeBytes - payloadStart(age));
  if (!size) throw damaged('it is cut off');
  const { chunks, plainBytes } = size;
  const opened = await openingChunks(file, age, { plainBytes, lastIndex: chunks - 1 });
  // The last chunk proves where the file ends; and its end is what is read first.
  await opened.read(plainBytes - 1, 1);
  return { ...opened, storedBytes: file.sizeBytes, cipher: 'age' };
}

/** What a writer that never came to the end has left; what waited in its memory is not in it. */
export async function openingUnended(file: ReadableFile, age: AgeHeader): Promise<ReadableFile> {
  const chunks = Math.max(0, Math.floor((file.sizeBytes - payloadStart(age)) / sealedChunkBytes));
  const upTo = (plainBytes: number) => openingChunks(file, age, { plainBytes, lastIndex: undefined });
  let opened = await upTo(chunks * plainChunkBytes);
  // A power cut may have left room at the end that was never filled.
  while (opened.sizeBytes > 0 && !(await endsWell(opened))) {
    opened = await upTo(opened.sizeBytes - plainChunkBytes);
  }
  return opened;
}

async function endsWell({ read, sizeBytes }: ReadableFile): Promise<boolean> {
  try {
    return (await read(sizeBytes - 1, 1)).length === 1;
  } catch (thrown) {
    if (asFault(thrown).code === 'integrity') return false;
    throw thrown;
  }
}

const payloadStart = ({ header }: AgeHeader) => header.length + saltBytes;

interface Extent {
  readonly plainBytes: number;
  /** Of the chunk that was sealed as the last; undefined while there is none. */
  readonly lastIndex: number | undefined;
}

async function openingChunks(
  file: ReadableFile,
  age: AgeHeader,
  { plainBytes, lastIndex }: Extent,
): Promise<ReadableFile> {
  const payloadAt = payloadStart(age);
  const key = payloadKey(age.fileKey, await file.read(age.header.length, saltBytes));
  // What follows one read begins in the chunk that it ended in.
  let latest: { readonly index: number; readonly plain: Buffer | undefined } | undefined;

  const openAll = async (first: number, last: number) => {
    const length = (last - first + 1) * sealedChunkBytes;
    const sealed = await file.read(payloadAt + first * sealedChunkBytes, length);
    const opened: Buffer[] = [];
    for (let index = first; index <= last; index++) {
      const at = (index - first) * sealedChunkBytes;
      const place = { index, isLast: index === lastIndex };
      const plain = openChunk(key, place, sealed.subarray(at, at + sealedChunkBytes));
      if (!plain) throw damaged(`the bytes from ${index * plainChunkBytes} on are not what was encrypted`);
      opened.push(plain);
    }
    return opened;
  };

  // An empty file is one empty chunk, which no position is in.
  if (plainBytes === 0 && lastIndex === 0) await openAll(0, 0);

  return {
    sizeBytes: plainBytes,
    mtimeMs: file.mtimeMs,
    async read(position, length) {
      const end = Math.min(position + length, plainBytes);
      if (position < 0 || position >= end) return Buffer.alloc(0);
      const first = Math.floor(position / plainChunkBytes);
      const last = Math.floor((end - 1) / plainChunkBytes);
      const known = latest?.plain && latest.index === first ? [latest.plain] : [];
      const from = first + known.length;
      const opened = [...known, ...(from <= last ? await openAll(from, last) : [])];
      latest = { index: last, plain: opened.at(-1) };
      const start = first * plainChunkBytes;
      return Buffer.concat(opened).subarray(position - start, end - start);
    },
    close: () => file.close(),
  };
}
