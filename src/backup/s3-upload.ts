import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Fault } from '../base/fault.ts';
import { objectName } from './s3-client.ts';
import { isUnknownThere, orAbsent, orFault, s3Fault, taken } from './s3-faults.ts';
import type { UnpublishedFile } from './shelf.ts';

interface UploadOptions {
  readonly client: S3Client;
  readonly path: string;
  /** Tells our object from another writer's of the same name. */
  readonly token: string;
  /** All parts but the last; at least 5 MiB on AWS. */
  readonly partBytes: number;
}

/** Parts under way at once; with the one that is filled they are what an upload holds in memory. */
const partsAtOnce = 2;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const mostParts = 10_000;

/**
 * An object that nobody sees before its upload is completed. `sync` waits for the parts that are full; the last one
 * goes with `publish`, and until then nothing counts.
 */
export async function beginUpload({
  client,
  path,
  token,
  partBytes,
}: UploadOptions): Promise<UnpublishedFile> {
  const name = objectName(path);
  const created = client.send(new CreateMultipartUploadCommand({ ...name, Metadata: { writer: token } }));
  const { UploadId } = await orFault(created, path);
  const upload = { ...name, UploadId };
  const ended = new AbortController();
  const parts: CompletedPart[] = [];
  const underWay = new Set<Promise<void>>();
  let failure: Fault | undefined;
  /** Parts that were sent; their memory takes the next ones. */
  const free: Buffer[] = [];
  const emptyPart = () => free.pop() ?? Buffer.allocUnsafe(partBytes);
  let filling = emptyPart();
  let filled = 0;
  let sizeBytes = 0;

  const uploadPart = async (Body: Buffer, PartNumber: number) => {
    try {
      const command = new UploadPartCommand({ ...upload, Body, PartNumber });
      const { ETag } = await client.send(command, { abortSignal: ended.signal });
      parts.push({ PartNumber, ETag });
    } catch (thrown) {
      failure ??= s3Fault(thrown, path);
    }
    if (Body.length === partBytes) free.push(Body);
  };

  let startedParts = 0;
  const startPart = (bytes: Buffer) => {
    startedParts++;
    if (startedParts > mostParts) throw tooLarge(path, partBytes);
    const part = uploadPart(bytes, startedParts).finally(() => underWay.delete(part));
    underWay.add(part);
  };

  const settle = async () => {
    await Promise.all(underWay);
    if (failure) throw failure;
  };

  const complete = async (IfNoneMatch?: '*') => {
    const Parts = parts.toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    const command = new CompleteMultipartUploadCommand({
      ...upload,
      MultipartUpload: { Parts },
      IfNoneMatch,
    });
    try {
      await client.send(command);
    } catch (thrown) {
      if (IfNoneMatch && isUnknownThere(thrown)) await complete();
      else throw thrown;
    }
  };

  const head = () => orAbsent(client.send(new HeadObjectCommand(name)), path);

  const discard = async () => {
    ended.abort();
    await Promise.all(underWay);
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
  };

  return {
    file: {
      async write(bytes) {
        sizeBytes += bytes.length;
        for (let at = 0; at < bytes.length; ) {
          const taking = bytes.subarray(at, at + partBytes - filled);
          filling.set(taking, filled);
          filled += taking.length;
          at += taking.length;
          if (filled < partBytes) break;
          while (underWay.size >= partsAtOnce) await Promise.race(underWay);
          if (failure) throw failure;
          startPart(filling);
          filling = emptyPart();
          filled = 0;
        }
      },
      sync: settle,
      close: async () => {},
    },
    async publish() {
      if (filled > 0) startPart(filling.subarray(0, filled));
      filled = 0;
      await settle();
      // Storages that know no condition would replace it.
      if (await head()) throw taken(path);
      const problem = await complete('*').then(
        () => undefined,
        (thrown: unknown) => s3Fault(thrown, path),
      );
      // Whatever was answered, what is there now decides: an answer may be lost, or a condition not known.
      const found = await head();
      if (found && found.Metadata?.writer !== token) throw taken(path, problem);
      if (!found) throw problem ?? vanished(path);
      if (found.ContentLength !== sizeBytes) throw incomplete(path, found.ContentLength, sizeBytes);
    },
    discard,
    // An upload that is not completed cannot be read.
    leave: discard,
  };
}

function tooLarge(path: string, partBytes: number): Fault {
  const mostGb = Math.floor((partBytes * mostParts) / 1024 ** 3);
  return new Fault('io-failed', `${path}: an archive in object storage has ${mostGb} GiB at most`, {
    next: 'Back up to a folder, or fewer games at a time (--where)',
  });
}

function vanished(path: string): Fault {
  return new Fault('io-failed', `${path}: the storage said that it is complete, and does not have it`, {
    next: 'Look at the state of the storage, and back up again',
  });
}

function incomplete(path: string, found: number | undefined, expected: number): Fault {
  return new Fault('integrity', `${path}: the storage has ${found ?? 0} of the ${expected} bytes sent`, {
    next: 'Remove it, look at the state of the storage, and back up again',
  });
}
