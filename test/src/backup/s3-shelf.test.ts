import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultS3, type S3Settings } from '../../../src/backup/s3-client.ts';
import { createS3Shelf } from '../../../src/backup/s3-shelf.ts';
import type { Shelf } from '../../../src/backup/shelf.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { type HttpFault, type ProxiedRequest, startHttpFaultProxy } from '../../setup/http-fault-proxy.ts';
import { smallSizes, startS3, type TestS3 } from '../../setup/s3.ts';

let server: TestS3;
beforeAll(async () => {
  server = await startS3();
});
afterAll(() => server.stop());

const { partBytes } = smallSizes;
const bytes = Buffer.from(Array.from({ length: 5 * partBytes + 1 }, (_, at) => (at * 7 + (at >> 8)) % 256));

function shelfAt(endpoint: string, more: Partial<S3Settings> = {}): Shelf {
  const settings = { ...smallSizes, endpoint, ...more };
  return createS3Shelf({ settings, clock: systemClock, random: randomHex });
}

/** A bucket, a shelf behind a proxy and one that nothing comes between. */
async function world(settings: Partial<S3Settings> = {}) {
  const proxy = await startHttpFaultProxy(server.endpoint);
  const bucket = await server.bucket();
  const direct = shelfAt(server.endpoint);
  const location = `s3://${bucket}/of/staging`;
  const path = `${location}/a.gka`;
  return {
    proxy,
    bucket,
    location,
    path,
    direct,
    shelf: shelfAt(proxy.url, settings),
    uploads: () => server.uploads(bucket),
    names: () => direct.list(location),
  };
}

async function publish(shelf: Shelf, path: string, content = bytes): Promise<void> {
  const unpublished = await shelf.begin(path);
  try {
    for (let at = 0; at < content.length; at += 9_000)
      await unpublished.file.write(content.subarray(at, at + 9_000));
    await unpublished.file.sync();
    await unpublished.publish();
  } catch (thrown) {
    await unpublished.discard();
    throw thrown;
  }
}

async function readAll(shelf: Shelf, path: string): Promise<Buffer> {
  const file = await shelf.open(path);
  try {
    const parts: Buffer[] = [];
    for (let at = 0; at < file.sizeBytes; at += 5_000) parts.push(await file.read(at, 5_000));
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}

const error = (status: number, code: string): HttpFault => ({
  status,
  answer: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>hunter2</Message></Error>`,
});
const always = (_: ProxiedRequest) => true;
const ofPart = ({ line }: ProxiedRequest) => line.startsWith('PUT') && line.includes('partNumber=3');
const ofCompletion = ({ line }: ProxiedRequest) => line.startsWith('POST') && line.includes('uploadId=');
const ofRead = ({ line }: ProxiedRequest) => line.startsWith('GET') && line.includes('a.gka');

/** Does it to the first so many of those requests. */
function times(count: number, which: (request: ProxiedRequest) => boolean, fault: HttpFault) {
  let left = count;
  return (request: ProxiedRequest): HttpFault => (which(request) && left-- > 0 ? fault : undefined);
}

describe('an upload', () => {
  test.each<[string, HttpFault]>([
    ['is refused for a moment', error(503, 'SlowDown')],
    ['fails inside the storage', error(500, 'InternalError')],
    ['is cut off before it came', 'cut before'],
    ['is cut off before the answer came', 'cut after'],
  ])('of which a part %s goes on', async (_what, fault) => {
    const { proxy, shelf, path, direct, uploads } = await world();
    proxy.fault = times(1, ofPart, fault);
    await publish(shelf, path);
    expect(await readAll(direct, path)).toEqual(bytes);
    expect(await uploads()).toEqual([]);
  });

  test('whose part never comes through leaves nothing', async () => {
    const { proxy, shelf, path, names, uploads } = await world();
    proxy.fault = times(100, ofPart, error(500, 'InternalError'));
    await expect(publish(shelf, path)).rejects.toMatchObject({ code: 'io-failed', retryable: true });
    expect([await names(), await uploads()]).toEqual([[], []]);
  });

  test.each<[string, HttpFault]>([
    ['never came', 'cut after'],
    ['broke off', 'cut within'],
    ['was an error of the storage', undefined],
  ])('whose completion was carried out, and the answer %s, is published', async (what, fault) => {
    const { proxy, shelf, path, direct } = await world();
    const mended = {
      forward: '',
      mend: () => '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>-</Message></Error>',
    };
    proxy.fault = (request) => {
      if (!ofCompletion(request)) return undefined;
      // S3 may answer 200 and an error in it.
      return what.startsWith('was') ? { ...mended, forward: request.body } : fault;
    };
    await publish(shelf, path);
    expect(await readAll(direct, path)).toEqual(bytes);
  });

  test('whose name is taken between its last look and its completion replaces nothing', async () => {
    const { proxy, shelf, path, direct, uploads } = await world();
    const other = Buffer.from('the archive of somebody else');
    proxy.fault = async (request) => {
      if (ofCompletion(request)) await publish(direct, path, other);
      return undefined;
    };
    await expect(publish(shelf, path)).rejects.toMatchObject({ code: 'conflict' });
    expect(await readAll(direct, path)).toEqual(other);
    expect(await uploads()).toEqual([]);
  });

  test('whose completion is refused leaves nothing', async () => {
    const { proxy, shelf, path, names, uploads } = await world();
    proxy.fault = times(100, ofCompletion, error(500, 'InternalError'));
    await expect(publish(shelf, path)).rejects.toMatchObject({ code: 'io-failed' });
    expect([await names(), await uploads()]).toEqual([[], []]);
  });

  test('that is not let in says what to check, before anything was read to be sent', async () => {
    const { proxy, shelf, path } = await world();
    proxy.fault = () => error(403, 'AccessDenied');
    const fault = await shelf.begin(path).catch((thrown) => thrown);
    expect(fault).toMatchObject({
      code: 'io-failed',
      retryable: false,
      message: `${path}: access was refused (AccessDenied, HTTP 403)`,
      next: expect.stringContaining('AWS credentials'),
    });
  });

  test('holds no more than three parts in memory, however slow the storage is', async () => {
    const { proxy, shelf, path } = await world();
    proxy.fault = ({ line }) => (line.includes('partNumber=') ? new Promise(() => {}) : undefined);
    const unpublished = await shelf.begin(path);
    let taken = 0;
    const writing = (async () => {
      for (;;) {
        await unpublished.file.write(bytes.subarray(0, 1_000));
        taken += 1_000;
      }
    })().catch((fault: Fault) => fault.code);
    await expect.poll(() => taken).toBe(3 * partBytes - 1_000);
    await unpublished.discard();
    expect(await writing).toBe('interrupted');
  });

  test('of a writer that was killed is aborted by the next one, a day later', async () => {
    const { shelf, path, bucket, uploads, location } = await world();
    await (await shelf.begin(path)).file.write(bytes);
    await shelf.begin(`s3://${bucket}/of/production/a.gka`);
    await shelf.begin(`${location}/not-ours.zip`);
    await server.ageUploads(bucket, new Date(Date.now() - 25 * 60 * 60_000));
    const young = await shelf.begin(`${location}/young.gka`);
    await (await shelf.begin(`${location}/b.gka`)).discard();
    expect(await uploads()).toHaveLength(3);
    await young.file.write(bytes);
    await young.publish();
    expect(await uploads()).toHaveLength(2);
  });

  test('that ends at any request leaves an archive that is whole, or none', async () => {
    const { proxy, shelf, path, location, direct, names } = await world();
    await publish(direct, `${location}/before.gka`);
    const requestsOf = async (limit: number) => {
      const start = proxy.requests.length;
      proxy.fault = ({ index }) => (index - start < limit ? undefined : error(403, 'AccessDenied'));
      await publish(shelf, path).catch(() => {});
      return proxy.requests.length - start;
    };
    const outcomes = new Set<boolean>();
    for (let limit = 0; ; limit++) {
      const ended = await requestsOf(limit);
      const isThere = (await names())?.includes('a.gka') === true;
      outcomes.add(isThere);
      if (isThere) expect(await readAll(direct, path)).toEqual(bytes);
      expect(await readAll(direct, `${location}/before.gka`)).toEqual(bytes);
      await direct.remove(path);
      if (ended <= limit) break;
    }
    expect(outcomes).toEqual(new Set([false, true]));
  });
});

describe('reading', () => {
  test.each<[string, HttpFault]>([
    ['cut off halfway', 'cut within'],
    ['cut off before it began', 'cut before'],
    ['refused for a moment', error(503, 'SlowDown')],
  ])('that is %s is asked for again', async (_what, fault) => {
    const { proxy, shelf, path, direct } = await world();
    await publish(direct, path);
    proxy.fault = times(2, ofRead, fault);
    expect(await readAll(shelf, path)).toEqual(bytes);
  });

  test('that is always cut off fails, and says that it may pass', async () => {
    const { proxy, shelf, path, direct } = await world();
    await publish(direct, path);
    proxy.fault = times(100, ofRead, 'cut within');
    await expect(readAll(shelf, path)).rejects.toMatchObject({ code: 'io-failed', retryable: true });
  });

  test('that stops in the middle ends in its time', async () => {
    const { proxy, shelf, path, direct } = await world({ idleTimeoutMs: 100 });
    await publish(direct, path);
    proxy.fault = times(100, ofRead, 'stall within');
    await expect(readAll(shelf, path)).rejects.toMatchObject({ code: 'io-failed', retryable: true });
  });

  test('of an object that is replaced meanwhile is a fault, never a mixture', async () => {
    const { shelf, path, direct } = await world();
    await publish(direct, path);
    const file = await shelf.open(path);
    expect(await file.read(0, 100)).toEqual(bytes.subarray(0, 100));
    await direct.putText(path, 'x'.repeat(bytes.length));
    await expect(file.read(60_000, 100)).rejects.toMatchObject({ code: 'stale' });
    await file.close();
  });

  test('asks for large blocks, not for each piece', async () => {
    const { proxy, shelf, path, direct } = await world();
    await publish(direct, path);
    await readAll(shelf, path);
    expect(proxy.requests.filter(ofRead)).toHaveLength(Math.ceil(bytes.length / smallSizes.blockBytes));
  });
});

describe('object storage', () => {
  test('without the bucket is not an empty one', async () => {
    const shelf = shelfAt(server.endpoint);
    await expect(shelf.list('s3://no-such-bucket/a')).rejects.toMatchObject({
      code: 'not-found',
      message: 's3://no-such-bucket/a: there is no such bucket',
    });
    await expect(shelf.begin('s3://no-such-bucket/a.gka')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that is not there is said to be out of reach', async () => {
    const shelf = shelfAt('http://127.0.0.1:1');
    await expect(shelf.list('s3://bucket/a')).rejects.toMatchObject({
      code: 'io-failed',
      retryable: true,
      message: expect.stringContaining('cannot be reached'),
    });
  });

  test('that is AWS needs a region', async () => {
    const shelf = createS3Shelf({ settings: defaultS3, clock: systemClock, random: randomHex });
    await expect(shelf.list('s3://bucket/a')).rejects.toMatchObject({
      code: 'config-invalid',
      next: expect.stringContaining('AWS_REGION'),
    });
  });

  test('answers in words of its own, which are not repeated', async () => {
    const { proxy, shelf, path } = await world();
    proxy.fault = times(100, always, error(400, 'InvalidRequest'));
    const fault: unknown = await shelf.putText(path, 'x').catch((thrown) => thrown);
    expect(fault).toBeInstanceOf(Fault);
    expect(JSON.stringify([fault, fault instanceof Fault && fault.message])).not.toContain('hunter2');
  });

  test.each(['s3://bucket', 's3://key:hunter2@bucket/a.gka', 's3://bucket/../a.gka'])(
    'has no archive at %s, which is not repeated',
    async (path) => {
      const fault: unknown = await shelfAt(server.endpoint)
        .stat(path)
        .catch((thrown) => thrown);
      expect(fault).toMatchObject({ code: 'wrong-use' });
      expect(String(fault)).not.toContain('hunter2');
    },
  );
});
