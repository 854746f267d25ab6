import { GetObjectCommand, type HeadObjectOutput, type S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { FileStat, ReadableFile } from './files.ts';
import { objectName } from './s3-client.ts';
import { s3Fault } from './s3-faults.ts';

interface Opened {
  readonly client: S3Client;
  readonly clock: Clock;
  readonly path: string;
  readonly head: HeadObjectOutput;
  /** Bytes that are asked for at once. */
  readonly blockBytes: number;
}

/** Blocks in memory; reading front to back needs the one that is read and the next one. */
const blocksKept = 4;
const attempts = 3;
const firstPauseMs = 100;

export function statOf({ ContentLength = 0, LastModified }: HeadObjectOutput): FileStat {
  return { sizeBytes: ContentLength, mtimeMs: LastModified?.getTime() ?? 0 };
}

/**
 * Reads an object in blocks, the next one ahead of time. All come from the object that was opened: one that was
 * replaced meanwhile is a fault, never a mixture.
 */
export function openObject({ client, clock, path, head, blockBytes }: Opened): ReadableFile {
  const { sizeBytes, mtimeMs } = statOf(head);
  const blocks = new Map<number, Promise<Buffer>>();
  const closed = new AbortController();

  const getRange = async (start: number, end: number): Promise<Buffer> => {
    const { Body, ETag } = await client.send(
      new GetObjectCommand({ ...objectName(path), Range: `bytes=${start}-${end - 1}` }),
      { abortSignal: closed.signal },
    );
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    if (ETag !== head.ETag) throw replaced(path);
    if (bytes.length === end - start) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    throw new Error(`${bytes.length} of ${end - start} bytes came`);
  };

  /** The SDK asks again where no answer came; a body that was cut is ours to ask for again. */
  const fetchRange = async (start: number, end: number): Promise<Buffer> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await getRange(start, end);
      } catch (thrown) {
        const fault = s3Fault(thrown, path);
        if (!fault.retryable || attempt === attempts) throw fault;
        await clock.sleep(firstPauseMs * attempt, closed.signal).catch((aborted) => {
          throw asFault(aborted);
        });
      }
    }
  };

  const block = (index: number): Promise<Buffer> => {
    const known = blocks.get(index);
    if (known) return known;
    const start = index * blockBytes;
    const fetching = fetchRange(start, Math.min(sizeBytes, start + blockBytes));
    // It may be ahead of any reader; a failure is asked for again.
    fetching.catch(() => blocks.delete(index));
    blocks.set(index, fetching);
    const oldest = blocks.keys().next().value;
    if (blocks.size > blocksKept && oldest !== undefined) blocks.delete(oldest);
    return fetching;
  };

  return {
    sizeBytes,
    mtimeMs,
    async read(position, length) {
      const end = Math.min(sizeBytes, position + length);
      if (end <= position) return Buffer.alloc(0);
      const [first, last] = [Math.floor(position / blockBytes), Math.floor((end - 1) / blockBytes)];
      const isInOrder = blocks.has(first - 1) || last > first;
      const parts: Buffer[] = [];
      for (let index = first; index <= last; index++) {
        const bytes = await block(index);
        const start = index * blockBytes;
        parts.push(bytes.subarray(Math.max(0, position - start), end - start));
      }
      if (isInOrder && (last + 1) * blockBytes < sizeBytes) block(last + 1);
      return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    },
    async close() {
      closed.abort();
      blocks.clear();
    },
  };
}

function replaced(path: string): Fault {
  return new Fault('stale', `${path} was replaced while it was read`, { next: 'Read it again' });
}
