import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type MultipartUpload,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import { once } from '../base/once.ts';
import { parseS3Url, type S3Url } from '../base/s3-url.ts';
import { archiveSuffix } from './archive-names.ts';
import { defaultS3, type ObjectName, objectName, openS3Client, type S3Settings } from './s3-client.ts';
import { orAbsent, orFault } from './s3-faults.ts';
import { openObject, statOf } from './s3-object.ts';
import { beginUpload } from './s3-upload.ts';
import type { Shelf } from './shelf.ts';
import { staleMs } from './stale-parts.ts';

interface S3Parts {
  readonly settings: Partial<S3Settings>;
  readonly clock: Clock;
  readonly random: RandomHex;
}

/** Archives in S3 and what speaks like it. Objects appear whole there; an archive's upload is completed under its own name. */
export function createS3Shelf({ settings, clock, random }: S3Parts): Shelf {
  const whole = { ...defaultS3, ...settings };
  const { partBytes, blockBytes } = whole;
  const opened = once(() => openS3Client(whole));

  const head = async (path: string) => {
    const client = await opened();
    return orAbsent(client.send(new HeadObjectCommand(objectName(path))), path);
  };

  return {
    async stat(path) {
      const found = await head(path);
      return found && statOf(found);
    },
    async readText(path) {
      const client = await opened();
      return orAbsent(readBody(client, objectName(path)), path);
    },
    async open(path) {
      const found = await head(path);
      if (!found) throw new Fault('not-found', `${path} does not exist`, { next: 'Check the address' });
      return openObject({ client: await opened(), clock, path, head: found, blockBytes });
    },
    async list(location, signal) {
      return orFault(listNames(await opened(), locationOf(location), signal), location);
    },
    space: async () => undefined,
    async begin(path) {
      const client = await opened();
      await abortStaleUploads(client, objectName(path), clock.now());
      return beginUpload({ client, path, token: random(16), partBytes });
    },
    async putText(path, text) {
      const client = await opened();
      const Body = Buffer.from(text);
      await orFault(client.send(new PutObjectCommand({ ...objectName(path), Body })), path);
    },
    async remove(path) {
      const client = await opened();
      await orFault(client.send(new DeleteObjectCommand(objectName(path))), path);
    },
  };
}

async function readBody(client: S3Client, name: ObjectName): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand(name));
  return Body?.transformToString();
}

async function listNames(
  client: S3Client,
  { bucket, key }: S3Url,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const Prefix = key === '' ? '' : `${key}/`;
  const names: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix, Delimiter: '/', ContinuationToken }),
      signal ? { abortSignal: signal } : {},
    );
    names.push(...(page.Contents ?? []).map(({ Key = '' }) => Key.slice(Prefix.length)));
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
  return names.filter((name) => name !== '');
}

/** Aborts what killed writers left of archives beside this one. Never rejects: what stays costs money and does no harm. */
async function abortStaleUploads(
  client: S3Client,
  { Bucket, Key }: ObjectName,
  nowMs: number,
): Promise<void> {
  const Prefix = Key.slice(0, Key.lastIndexOf('/') + 1);
  const isStale = ({ Key: key = '', Initiated }: MultipartUpload) =>
    /^[^/]+$/.test(key.slice(Prefix.length)) &&
    key.endsWith(archiveSuffix) &&
    Initiated !== undefined &&
    nowMs - Initiated.getTime() > staleMs;
  try {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    await Promise.all(
      Uploads.filter(isStale).map(({ Key, UploadId }) =>
        client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
      ),
    );
  } catch {
    // It may not be listed, or somebody else has removed it meanwhile.
  }
}

function locationOf(location: string): S3Url {
  const url = parseS3Url(location);
  if (url) return url;
  throw new Fault('wrong-use', 'The backup location is no address of object storage', {
    next: 'Write it like s3://BUCKET/PREFIX, without keys in it',
  });
}
