/** A stand-in of S3 in a process of its own, and buckets in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { createArchiveKeys } from '../../src/backup/archive-keys.ts';
import { createArchiveStore } from '../../src/backup/archive-store.ts';

/** What a storage makes of a condition on a write. */
export const conditions = ['kept', 'ignored', 'refused'] as const;

export interface TestS3 {
  readonly endpoint: string;
  /** A new one. */
  bucket(): Promise<string>;
  /** Ids of the uploads that are neither completed nor aborted. */
  uploads(bucket: string): Promise<string[]>;
  /** Makes all of them look as if they had begun then. */
  ageUploads(bucket: string, begunAt: Date): Promise<void>;
  stop(): Promise<void>;
}

// No test may find the credentials of whoever runs it.
const credentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

/** Smaller than AWS allows, so that little is written in many parts and read in many blocks. */
export const smallSizes = { partBytes: 20_000, blockBytes: 7_000 } as const;

/** A store of archives in a bucket of its own, and a look behind it. */
export async function openS3Place({ endpoint, bucket, uploads }: TestS3, keys = createArchiveKeys()) {
  const Bucket = await bucket();
  const prefix = 'of/staging';
  const store = createArchiveStore(`s3://${Bucket}/${prefix}`, { keys, s3: { endpoint, ...smallSizes } });
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  onTestFinished(() => client.destroy());
  const nameOf = (name: string) => ({ Bucket, Key: `${prefix}/${name}` });

  return {
    store,
    bucket: Bucket,
    async contents() {
      const names: string[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket }))
        names.push(...(page.Contents ?? []).map(({ Key = '' }) => Key.replace(`${prefix}/`, '')));
      const unfinished = (await uploads(Bucket)).map((id) => `upload ${id}`);
      return [...names.toSorted(), ...unfinished.toSorted()];
    },
    async put(name: string, bytes: Uint8Array) {
      await client.send(new PutObjectCommand({ ...nameOf(name), Body: bytes }));
    },
    async bytes(name: string) {
      const { Body } = await client.send(new GetObjectCommand(nameOf(name)));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
  };
}

export async function startS3(condition: (typeof conditions)[number] = 'kept'): Promise<TestS3> {
  Object.assign(process.env, credentials);
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-test-'));
  const program = join(import.meta.dirname, 's3rver-process.ts');
  const server = spawn(process.execPath, [program, folder, condition], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: server.stdout }), 'line');
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  const uploadsFolder = (bucket: string) => join(folder, bucket, '._S3rver_uploads');
  const uploads = (bucket: string) => readdir(uploadsFolder(bucket)).catch(() => []);
  let buckets = 0;

  return {
    endpoint,
    async bucket() {
      buckets++;
      const name = `backups-${buckets}`;
      await client.send(new CreateBucketCommand({ Bucket: name }));
      return name;
    },
    uploads,
    async ageUploads(bucket, begunAt) {
      for (const id of await uploads(bucket))
        await utimes(join(uploadsFolder(bucket), id, 'key'), begunAt, begunAt);
    },
    async stop() {
      client.destroy();
      server.kill('SIGKILL');
      await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
