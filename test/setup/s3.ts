/** A stand-in of S3 in a process of its own, and buckets in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

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
