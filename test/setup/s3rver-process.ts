/**
 * A stand-in of S3 (@20minutes/s3rver) on a free port of 127.0.0.1 for as long as its standard input is open. Prints
 * the port. First argument: its folder. Second: what it makes of If-None-Match on writes, `ignored` as it comes,
 * `refused` as not implemented, or `kept` as S3 does.
 *
 * Where it is laxer than S3 it is mended: requests must be signed; an object appears whole or not at all, and not when
 * its body was cut or is not what was signed; uploads can be listed and aborted; parts are held against those that an
 * upload is completed with. It lists four keys a page, so that every listing is made of pages.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

const keysOfPage = 4;

const mends: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // OpenSSL 3 has no DES; what the token of the next page looks like is nobody's business.
  'controllers/bucket.js': [
    ["Buffer.alloc(8, 'S3RVER', 'utf8')", "Buffer.alloc(24, 'S3RVER', 'utf8')"],
    ["iv('des', ", "iv('des-ede3-cbc', "],
  ],
  // What was signed is the path as it was sent: of a bucket it may end in a slash.
  'middleware/authentication.js': [
    [
      ".split('/')\n      .map(encodeURIComponentRFC3986)",
      ".replace(/.*/, ctx.req.url.split('?')[0]).split()",
    ],
  ],
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const [, file = ''] = url.split('/s3rver/lib/');
    let source = String(loaded.source);
    for (const [wrong, right] of mends[file] ?? []) {
      if (!source.includes(wrong)) throw new Error('s3rver is not as it was');
      source = source.replaceAll(wrong, right);
    }
    return file in mends ? { ...loaded, source } : loaded;
  },
});

interface Context {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | undefined>;
  readonly query: Record<string, string | undefined>;
  readonly req: Readable;
  status: number;
  body: unknown;
}

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly content: Readable | Buffer;
  readonly metadata: object;
}

const require = createRequire(import.meta.url);
const S3rver = require('@20minutes/s3rver');
const S3Error = require('@20minutes/s3rver/lib/models/error');
const account = require('@20minutes/s3rver/lib/models/account');
account.DUMMY_ACCOUNT.createKeyPair('test', 'test');

const [, , directory, conditions] = process.argv;
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, vhostBuckets: false });
const { store } = server;
const requests = new AsyncLocalStorage<Context>();

const refusal = (code: string): Error => new S3Error(code, `${code} (of the tests' server)`);
const uploadsFolder = (bucket: string): string => store.getResourcePath(bucket, undefined, 'uploads');
const uploadFolder = (bucket: string, id: string) => join(uploadsFolder(bucket), id);
const hashOf = (kind: string, bytes: Uint8Array) => createHash(kind).update(bytes).digest('hex');

/** A body is what was signed, or nothing of it is kept. */
async function whole(content: Readable | Buffer): Promise<Buffer> {
  const context = requests.getStore();
  const bytes = Buffer.isBuffer(content)
    ? content
    : await buffer(content).catch(() => {
        throw refusal('IncompleteBody');
      });
  if (content !== context?.req) return bytes;
  const signed = context.headers['x-amz-content-sha256'] ?? '';
  if (!/^[0-9a-f]{64}$/.test(signed)) throw refusal('NotImplemented');
  if (hashOf('sha256', bytes) !== signed) throw refusal('BadDigest');
  return bytes;
}

store.putObject = async ({ bucket, key, content, metadata }: StoredObject) => {
  const bytes = await whole(content);
  const path = store.getResourcePath(bucket, key, 'object');
  const md5 = hashOf('md5', bytes);
  const written = join(directory ?? '', `written-${process.hrtime.bigint()}`);
  await writeFile(written, bytes);
  await mkdir(dirname(path), { recursive: true });
  await store.putMetadata(bucket, key, metadata, md5);
  await rename(written, path);
  return { size: bytes.length, md5 };
};

store.putPart = async (bucket: string, id: string, part: string, content: Readable) => {
  const bytes = await whole(content);
  const folder = uploadFolder(bucket, id);
  await stat(folder).catch(() => {
    throw refusal('NoSuchUpload');
  });
  const md5 = hashOf('md5', bytes);
  await writeFile(join(folder, part), bytes);
  await writeFile(join(folder, `${part}.md5`), md5);
  return { size: bytes.length, md5 };
};

const complete = store.putObjectMultipart.bind(store);
store.putObjectMultipart = async (bucket: string, id: string, parts: { number: number; etag: string }[]) => {
  for (const [index, { number, etag }] of parts.entries()) {
    const stored = await readFile(join(uploadFolder(bucket, id), `${number}.md5`), 'utf8').catch(() => {
      throw refusal('NoSuchUpload');
    });
    if (stored !== etag || number !== index + 1) throw refusal('InvalidPart');
  }
  return complete(bucket, id, parts);
};

const listObjects = store.listObjects.bind(store);
store.listObjects = (bucket: string, options: { maxKeys: number }) =>
  listObjects(bucket, { ...options, maxKeys: Math.min(options.maxKeys, keysOfPage) });

async function listUploads(bucket: string, prefix = '') {
  const ids = await readdir(uploadsFolder(bucket)).catch(() => []);
  const uploads = await Promise.all(
    ids.map(async (UploadId) => {
      const path = join(uploadFolder(bucket, UploadId), 'key');
      const Initiated = (await stat(path)).mtime.toISOString();
      return { Key: await readFile(path, 'utf8'), UploadId, Initiated };
    }),
  );
  const Upload = uploads.filter(({ Key }) => Key.startsWith(prefix));
  return { ListMultipartUploadsResult: { Bucket: bucket, IsTruncated: false, Upload } };
}

/** Writes of one key come one after the other, so that a condition holds until its write is done. */
const turns = new Map<string, Promise<unknown>>();
function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
  turns.set(key, turn);
  return turn;
}

async function mended(context: Context, next: () => Promise<void>): Promise<void> {
  const { method, headers, query } = context;
  const [bucket = '', ...rest] = context.path.split('/').slice(1).map(decodeURIComponent);
  const key = rest.join('/');
  if (!headers.authorization) throw refusal('AccessDenied');
  if (method === 'GET' && key === '' && 'uploads' in query) {
    context.body = await listUploads(bucket, query.prefix);
    return;
  }
  if (method === 'DELETE' && query.uploadId !== undefined) {
    const folder = uploadFolder(bucket, query.uploadId);
    await stat(folder).catch(() => {
      throw refusal('NoSuchUpload');
    });
    await rm(folder, { recursive: true });
    context.status = 204;
    return;
  }
  const isConditional = method !== 'GET' && headers['if-none-match'] === '*';
  if (!isConditional || conditions === 'ignored') return next();
  if (conditions === 'refused') throw refusal('NotImplemented');
  await inTurn(`${bucket}/${key}`, async () => {
    if (await store.existsObject(bucket, key)) throw refusal('PreconditionFailed');
    await next();
  });
}

// Behind what turns answers into XML.
server.middleware.splice(2, 0, (context: Context, next: () => Promise<void>) =>
  requests.run(context, () => mended(context, next)),
);
server.on('error', () => {});
const { port } = await server.run();
process.stdout.write(`${port}\n`);
process.stdin.on('end', () => process.exit()).resume();
