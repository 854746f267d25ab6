import { S3Client } from '@aws-sdk/client-s3';
import { findRegion } from '../base/aws-region.ts';
import { Fault } from '../base/fault.ts';
import { parseS3Url } from '../base/s3-url.ts';

export interface S3Settings {
  /** Of a storage that is not AWS's; AWS's own when left out. */
  readonly endpoint?: string | undefined;
  readonly connectTimeoutMs: number;
  /** Without a byte in either direction. */
  readonly idleTimeoutMs: number;
  /** Of a part of an upload, held in memory three times; AWS takes no less than 5 MiB, and 10,000 parts. */
  readonly partBytes: number;
  /** Read at once. */
  readonly blockBytes: number;
}

const mib = 1024 ** 2;

export const defaultS3: S3Settings = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
  partBytes: 8 * mib,
  blockBytes: 2 * mib,
};

/** Region and credentials come from AWS's own variables and files, as for every other tool. */
export async function openS3Client({
  endpoint,
  connectTimeoutMs,
  idleTimeoutMs,
}: S3Settings): Promise<S3Client> {
  const region = await findRegion('S3', new S3Client({}), endpoint);
  return new S3Client({
    region,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: connectTimeoutMs, socketTimeout: idleTimeoutMs },
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          // Their names seldom have a host each, and many know no checksums of requests; what is sent is signed anyway.
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
  });
}

/** As the commands take it. */
export interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/** @throws Fault `wrong-use` when the path is no address of an object */
export function objectName(path: string): ObjectName {
  const url = parseS3Url(path);
  if (url?.key) return { Bucket: url.bucket, Key: url.key };
  throw new Fault('wrong-use', 'That is no address of an archive in object storage', {
    next: 'Write it like s3://BUCKET/PREFIX/NAME.gka, without keys in it',
  });
}
