import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createDynamoDbTables } from '../../../src/backend/catalogue.ts';
import { createRecords } from '../../../src/backend/create-records.ts';
import type { Backend, BackendListener } from '../../../src/backend/port.ts';
import { walkRecord } from '../../../src/game/encoded-record.ts';
import { parseGameId } from '../../../src/game/game.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { encodeRecord, recordDigest } from '../../../src/game/record-codec.ts';
import {
  newTables,
  openTestDynamoDb,
  rawItems,
  startDynamoDb,
  type TestDynamoDb,
} from '../../setup/dynamodb.ts';
import { half, impatientClock, seeded, throttled } from '../../setup/dynamodb-faults.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import {
  type HttpFault,
  type HttpFaultProxy,
  type ProxiedRequest,
  startHttpFaultProxy,
} from '../../setup/http-fault-proxy.ts';

let server: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.stop());

const id = parseGameId('game-1');
const broken: HttpFault = { status: 500, answer: { __type: 'InternalServerError', message: 'oops' } };
const refused = (type: string): HttpFault => ({ status: 400, answer: { __type: type, message: 'no' } });

interface Setup {
  readonly proxy: HttpFaultProxy;
  /** Through the proxy. */
  readonly backend: Backend;
  /** Past the proxy. */
  readonly direct: Backend;
  readonly table: string;
}

async function setUp(listener: BackendListener = {}): Promise<Setup> {
  const [table, proxy] = [await newTables(server.endpoint), await startHttpFaultProxy(server.endpoint)];
  const backend = openTestDynamoDb(proxy.url, table, { clock: impatientClock(), listener });
  const direct = openTestDynamoDb(server.endpoint, table);
  onTestFinished(() => Promise.all([backend.close(), direct.close()]).then(() => {}));
  // Known, so that the faults hit what is asked after.
  await backend.ping();
  return { proxy, backend, direct, table };
}

const step = (expectedRevision: number, text = `event ${expectedRevision + 1}`) =>
  ({ expectedRevision, phase: 'TURN', atMs: 1_000, event: Buffer.from(text) }) as const;

const eventsOf = async (backend: Backend) =>
  (await backend.read(id))?.events.map(({ revision, bytes }) => `${revision} ${Buffer.from(bytes)}`);

const isData = ({ operation }: ProxiedRequest) => !operation.startsWith('Describe');

describe('under throttling, errors of the server and cut connections', () => {
  test.each([1, 2, 3])('nothing is lost and nothing is doubled (%i)', async (seed) => {
    const { proxy, backend, direct } = await setUp();
    const random = seeded(seed);
    const faults: HttpFault[] = [throttled, broken, 'cut before', 'cut after', 'cut within'];
    proxy.fault = () => (random() < 0.3 ? faults[Math.floor(random() * faults.length)] : undefined);
    const wanted: string[] = [];
    for (let revision = 1; revision <= 30; revision++) {
      // Long enough to be spilled every few events.
      const text = `event ${revision} ${'x'.repeat(1_000)}`;
      expect(await backend.append(id, step(revision - 1, text))).toEqual({ kind: 'committed', revision });
      wanted.push(`${revision} ${text}`);
      if (revision % 10 === 0) {
        const snapshot = { revision, bytes: Buffer.from(`state ${revision}`), keep: 2, dropEventsThrough: 0 };
        expect(await backend.putSnapshot(id, snapshot)).toEqual({ kind: 'stored' });
      }
      expect(await eventsOf(backend)).toEqual(wanted);
    }
    const game = await direct.read(id);
    expect(await eventsOf(direct)).toEqual(wanted);
    expect(game?.snapshots.map(({ revision }) => revision)).toEqual([20, 30]);
  });

  test('an append whose reply is cut is recognised when it is sent again', async () => {
    const { proxy, backend } = await setUp();
    await backend.append(id, step(0));
    let cuts = 0;
    proxy.fault = ({ operation }) => (operation === 'UpdateItem' && cuts++ < 2 ? 'cut within' : undefined);
    expect(await backend.append(id, step(1))).toEqual({ kind: 'committed', revision: 2 });
    expect(cuts).toBe(3);
    expect(await eventsOf(backend)).toEqual(['1 event 1', '2 event 2']);
  });

  test('an append whose replies are all cut may be stored: it fails, and reading finds it', async () => {
    const { proxy, backend } = await setUp();
    await backend.append(id, step(0));
    proxy.fault = () => 'cut within';
    await expect(backend.append(id, step(1))).rejects.toMatchObject({
      code: 'backend-unreachable',
      retryable: true,
    });
    proxy.fault = () => undefined;
    expect(await eventsOf(backend)).toEqual(['1 event 1', '2 event 2']);
  });

  test('an append that somebody else came before is a conflict, although its own answer was lost', async () => {
    const { proxy, backend, direct } = await setUp();
    await backend.append(id, step(0));
    let first = true;
    proxy.fault = ({ operation }) => {
      if (operation !== 'UpdateItem' || !first) return undefined;
      first = false;
      return 'cut before';
    };
    const mine = backend.append(id, step(1, 'mine'));
    await direct.append(id, step(1, 'theirs'));
    const answer = await mine;
    const events = await eventsOf(direct);
    // Whoever was first: exactly one, and it was told so.
    expect(events?.[1]).toBe(answer.kind === 'committed' ? '2 mine' : '2 theirs');
    expect(events).toHaveLength(2);
  });

  test('a table that throttles for longer than the time limit is unreachable, and nothing is written', async () => {
    const { proxy, backend, direct } = await setUp();
    proxy.fault = (request) => (isData(request) ? throttled : undefined);
    await expect(backend.append(id, step(0))).rejects.toMatchObject({
      code: 'backend-unreachable',
      retryable: true,
      message: expect.stringContaining('throttles'),
    });
    expect(proxy.requests.filter(isData).length).toBeGreaterThan(3);
    expect(await direct.read(id)).toBeUndefined();
  });

  test('a removal whose answer is lost is not sent again', async () => {
    const { proxy, backend, direct } = await setUp();
    const record = currentRecord('game-1');
    await direct.replaceRecord(record, 'absent');
    proxy.fault = ({ operation }) => (operation === 'DeleteItem' ? 'cut after' : undefined);
    await expect(backend.removeRecord(record, recordDigest(record))).rejects.toMatchObject({
      code: 'backend-unreachable',
    });
    expect(proxy.requests.filter(({ operation }) => operation === 'DeleteItem')).toHaveLength(1);
  });
});

test('a table that is there already is said to be, in words', async () => {
  const table = await newTables(server.endpoint);
  const place = { table, endpoint: server.endpoint, connectTimeoutMs: 5_000, operationTimeoutMs: 5_000 };
  await expect(createDynamoDbTables({ ...place, poolSize: 5 }, true)).rejects.toThrow(
    `${table} has this table already, or is changing it: ResourceInUseException`,
  );
});

test('what a batch leaves unprocessed is written until none is left', async () => {
  const { proxy, backend, direct } = await setUp();
  const fields = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`e:${n + 1}`, `event ${n + 1}`]));
  const record = currentRecord('game-1', { ...fields, rev: '60' });
  let left = 0;
  proxy.fault = ({ operation, body }) =>
    operation === 'BatchWriteItem' ? half(body, () => left++) : undefined;
  expect(await backend.replaceRecord(record, 'absent')).toEqual({ kind: 'written' });
  expect(left).toBeGreaterThan(3);
  expect(await direct.readRecords([record])).toEqual([{ kind: 'record', record: expect.anything() }]);
  expect((await direct.read(id))?.events).toHaveLength(60);
});

test('keys that a batch leaves unprocessed are asked for until none is left', async () => {
  const { proxy, backend, direct } = await setUp();
  const records = Array.from({ length: 30 }, (_, n) => legacyRecord(`game-${n}`));
  for (const record of records) await direct.replaceRecord(record, 'absent');
  proxy.fault = ({ operation, body }) => {
    if (operation !== 'BatchGetItem') return undefined;
    const request = JSON.parse(body) as { RequestItems: Record<string, { Keys: unknown[] }> };
    const [[table, { Keys }] = ['', { Keys: [] }]] = Object.entries(request.RequestItems);
    const some = (keys: unknown[]) => ({ [table]: { ...request.RequestItems[table], Keys: keys } });
    const rest = Keys.slice(7);
    return {
      forward: JSON.stringify({ ...request, RequestItems: some(Keys.slice(0, 7)) }),
      mend: (reply) =>
        JSON.stringify({ ...JSON.parse(reply), UnprocessedKeys: rest.length > 0 ? some(rest) : {} }),
    };
  };
  const reads = await backend.readRecords(records);
  expect(reads.map((read) => read.kind === 'record' && read.record.id)).toEqual(records.map((one) => one.id));
});

test('of many games that are created while a table begins to throttle, each is told of as it is', async () => {
  const { proxy, backend, direct } = await setUp();
  const records = Array.from({ length: 120 }, (_, n) =>
    n % 2 === 0 ? legacyRecord(`game-${n}`) : currentRecord(`game-${n}`, { 's:1': 'state' }),
  );
  let writes = 0;
  proxy.fault = ({ operation }) =>
    /^(PutItem|BatchWriteItem)$/.test(operation) && ++writes > 40 ? throttled : undefined;
  const created = await createRecords(
    backend,
    records.map((record) => walkRecord(encodeRecord(record))),
  );
  const reads = await direct.readRecords(records);
  const told = { written: 'record', failed: 'absent', 'not-begun': 'absent' };
  expect(reads.map(({ kind }) => kind)).toEqual(created.map(({ kind }) => Reflect.get(told, kind)));
  expect(new Set(created.map(({ kind }) => kind))).toEqual(new Set(Object.keys(told)));
});

describe('a replacement that ends at any request', () => {
  const big = (name: string) =>
    currentRecord('game-1', {
      rev: '2',
      'e:1': `${name} ${'x'.repeat(5_000)}`,
      'e:2': `${name} two`,
      's:1': `${name} state`,
      note: name,
    });

  async function stored(backend: Backend): Promise<string | undefined> {
    const [read] = await backend.readRecords([{ id: 'game-1', layout: 'current' }]);
    return read?.kind === 'record' ? recordDigest(read.record) : read?.kind;
  }

  /** Ends the client at its nth request: nothing of it or only its answer is lost, and nothing comes after. */
  async function interrupted(n: number, last: HttpFault, before: GameRecord | undefined): Promise<boolean> {
    const { proxy, backend, direct, table } = await setUp();
    if (before) {
      const small = currentRecord('game-1');
      await direct.replaceRecord(small, 'absent');
      await direct.replaceRecord(before, recordDigest(small));
    }
    const wanted = big('new');
    const start = proxy.requests.length;
    proxy.fault = ({ index }) => (index < start + n ? undefined : index === start + n ? last : 'cut before');
    const ended = await backend
      .replaceRecord(wanted, before ? recordDigest(before) : 'absent')
      .then(({ kind }) => kind)
      .catch(() => 'failed');
    const found = await stored(direct);
    const old = before ? recordDigest(before) : 'absent';
    if (ended === 'written') expect(found).toBe(recordDigest(wanted));
    else expect([old, recordDigest(wanted)]).toContain(found);
    // Done again it is complete, and nothing of either attempt lies about.
    if (found === old) await direct.replaceRecord(wanted, old);
    expect(await stored(direct)).toBe(recordDigest(wanted));
    const hadRequest = proxy.requests.length > start + n;
    await direct.removeRecord(wanted, recordDigest(wanted));
    const left = await rawItems(server.endpoint, `${table}-gk1`);
    // Young pieces without a head could belong to a game that is being made.
    if (before) expect(left).toEqual([]);
    else expect(left.every(({ born }) => born !== undefined)).toBe(true);
    return hadRequest;
  }

  test.each<[string, HttpFault, GameRecord | undefined]>([
    ['before it, of a game', 'cut before', big('old')],
    ['after it, of a game', 'cut after', big('old')],
    ['before it, where there was none', 'cut before', undefined],
    ['after it, where there was none', 'cut after', undefined],
  ])('%s: leaves the old record or the new one, never a mixture', async (_, fault, before) => {
    let n = 0;
    while (await interrupted(n, fault, before)) n++;
    expect(n).toBeGreaterThanOrEqual(3);
  });
});

test('a reader never sees a mixture, however long its requests take', async () => {
  const { proxy, backend: reader, direct: writer } = await setUp();
  const random = seeded(7);
  proxy.fault = () => ({ delayMs: random() * 15 });
  let done = false;
  const writing = (async () => {
    // Snapshots of 150 KB make a query of several pages.
    const bulk = 'x'.repeat(150 * 1024);
    for (let revision = 1; revision <= 30; revision++) {
      await writer.append(id, step(revision - 1, `${revision} ${'y'.repeat(900)}`));
      const bytes = Buffer.from(`${revision} ${bulk}`);
      const dropEventsThrough = Math.max(0, revision - 8);
      await writer.putSnapshot(id, { revision, bytes, keep: 8, dropEventsThrough });
    }
    done = true;
  })();
  let reads = 0;
  while (!done) {
    const game = await reader.read(id);
    if (!game) continue;
    reads++;
    for (const { revision, bytes } of [...game.events, ...game.snapshots]) {
      expect(Buffer.from(bytes).toString().startsWith(`${revision} `)).toBe(true);
    }
    const revisions = game.events.map(({ revision }) => revision);
    const first = revisions[0] ?? 0;
    expect(revisions).toEqual(Array.from({ length: game.revision - first + 1 }, (_, n) => first + n));
    const newest = game.snapshots.at(-1)?.revision ?? 0;
    expect([game.revision, game.revision - 1]).toContain(newest);
    expect(first).toBe(Math.max(1, newest - 7));
    expect(game.snapshots).toHaveLength(Math.min(8, newest));
  }
  await writing;
  expect(reads).toBeGreaterThan(3);
});

describe('a game that changes between two pages of a read', () => {
  const bulk = Buffer.alloc(150 * 1024, 'x');

  /** Does the work before the second page of the first read is fetched. */
  function betweenPages(proxy: HttpFaultProxy, work: () => Promise<unknown>): void {
    let done = false;
    proxy.fault = async ({ operation, body }) => {
      if (operation === 'Query' && body.includes('ExclusiveStartKey') && !done) {
        done = true;
        await work();
      }
      return undefined;
    };
  }

  test('is read as it was after its snapshots went', async () => {
    const { proxy, backend, direct } = await setUp();
    for (let revision = 1; revision <= 9; revision++) {
      await direct.append(id, step(revision - 1));
      await direct.putSnapshot(id, { revision, bytes: bulk, keep: 9, dropEventsThrough: 0 });
    }
    betweenPages(proxy, async () => {
      await direct.append(id, step(9));
      await direct.putSnapshot(id, { revision: 10, bytes: bulk, keep: 1, dropEventsThrough: 8 });
    });
    const game = await backend.read(id);
    expect(game?.events.map(({ revision }) => revision)).toEqual([9, 10]);
    expect(game?.snapshots.map(({ revision }) => revision)).toEqual([10]);
  });

  test('is read with the events that left its head', async () => {
    const { proxy, backend, direct } = await setUp();
    await direct.append(id, step(0));
    for (let revision = 2; revision <= 10; revision++) {
      await direct.append(id, { ...step(revision - 1), event: bulk });
    }
    // Makes the tail long, so that also the first event becomes an item before those that were read.
    betweenPages(proxy, async () => {
      for (const revision of [11, 12]) {
        await direct.append(id, { ...step(revision - 1), event: Buffer.alloc(4_000) });
      }
    });
    const game = await backend.read(id);
    expect(game?.events.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

test('events that compaction drops while they leave the head stay dropped', async () => {
  const { proxy, backend, direct } = await setUp();
  const event = Buffer.alloc(2_500);
  await backend.append(id, { ...step(0), event });
  let compacted = false;
  proxy.fault = async ({ operation, body }) => {
    if (operation === 'UpdateItem' && body.includes('"1-2"') && !compacted) {
      compacted = true;
      await direct.putSnapshot(id, { revision: 2, bytes: event, keep: 1, dropEventsThrough: 1 });
    }
    return undefined;
  };
  await backend.append(id, { ...step(1), event });
  expect(compacted).toBe(true);
  expect((await direct.read(id))?.events.map(({ revision }) => revision)).toEqual([2]);
});

test.each<[string, string, boolean]>([
  ['AccessDeniedException', 'backend-denied', false],
  ['UnrecognizedClientException', 'backend-denied', false],
  ['ExpiredTokenException', 'backend-denied', false],
  ['ThrottlingException', 'backend-unreachable', true],
  ['ResourceNotFoundException', 'backend-missing', false],
  ['com.amazon.coral.validate#ValidationException', 'backend-failed', false],
])('%s is told as %s', async (type, code, retryable) => {
  const { proxy, backend } = await setUp();
  proxy.fault = () => refused(type);
  await expect(backend.read(id)).rejects.toMatchObject({
    code,
    retryable,
    next: expect.stringMatching(/^[A-Z]/),
    message: expect.stringContaining(proxy.url),
  });
});

test('what a call took is told, reads and writes apart', async () => {
  const told: string[] = [];
  const { backend } = await setUp({
    capacity: ({ operation, reads, writes }) =>
      told.push(`${operation} ${reads > 0 ? 'reads' : ''}${writes > 0 ? 'writes' : ''}`),
  });
  told.length = 0;
  await backend.append(id, step(0));
  await backend.read(id);
  await backend.replaceRecord(legacyRecord('a'), 'absent');
  expect(new Set(told)).toEqual(
    new Set(['append writes', 'read reads', 'replaceRecord reads', 'replaceRecord writes']),
  );
});
