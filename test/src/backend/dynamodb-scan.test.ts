import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Item } from '../../../src/backend/dynamodb/attribute-value.ts';
import { scanEncoded } from '../../../src/backend/encoded-scan.ts';
import type { Backend, EncodedRead } from '../../../src/backend/port.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { decodeRecord, recordDigest } from '../../../src/game/record-codec.ts';
import {
  newTables,
  openTestDynamoDb,
  putRaw,
  startDynamoDb,
  type TestDynamoDb,
} from '../../setup/dynamodb.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { type HttpFaultProxy, startHttpFaultProxy } from '../../setup/http-fault-proxy.ts';

let server: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.stop());

interface Setup {
  /** Of the current layout. */
  readonly table: string;
  readonly proxy: HttpFaultProxy;
  /** Through the proxy, one page after the other. */
  readonly reader: Backend;
  /** Past the proxy. */
  readonly direct: Backend;
}

async function setUp(): Promise<Setup> {
  const [table, proxy] = [await newTables(server.endpoint), await startHttpFaultProxy(server.endpoint)];
  const reader = openTestDynamoDb(proxy.url, table, { scanSegments: 1 });
  const direct = openTestDynamoDb(server.endpoint, table);
  onTestFinished(() => Promise.all([reader.close(), direct.close()]).then(() => {}));
  return { table: `${table}-gk1`, proxy, reader, direct };
}

async function scanned(backend: Backend): Promise<EncodedRead[]> {
  const reads: EncodedRead[] = [];
  for await (const page of scanEncoded(backend)) reads.push(...page);
  return reads;
}

const operationsOf = ({ requests }: HttpFaultProxy) =>
  new Set(requests.map(({ operation }) => operation).filter((name) => !name.startsWith('Describe')));

const bulk = Buffer.alloc(150 * 1024, 'x');

test('games are scanned whole, over all pages, and none is asked for by its key', async () => {
  const { proxy, reader, direct } = await setUp();
  const records = Array.from({ length: 12 }, (_, n) =>
    n % 3 === 0
      ? legacyRecord(`game ${n}`, { state: bulk })
      : currentRecord(`game ${n}`, { rev: '2', 'e:1': bulk, 'e:2': bulk, 's:1': bulk, 's:2': 'small' }),
  );
  for (const record of records) await direct.replaceRecord(record, 'absent');
  const reads = await scanned(reader);
  const digests = reads.map((read) => read.kind === 'record' && recordDigest(decodeRecord(read.bytes)));
  expect(digests.toSorted()).toEqual(records.map(recordDigest).toSorted());
  expect(operationsOf(proxy)).toEqual(new Set(['Scan']));
  expect(proxy.requests.filter(({ operation }) => operation === 'Scan').length).toBeGreaterThan(4);
});

test('a game whose pieces went between two pages is read as it is then', async () => {
  const { proxy, reader, direct } = await setUp();
  const id = parseGameId('game-1');
  const step = (expectedRevision: number) =>
    ({ expectedRevision, phase: 'TURN', atMs: 1_000, event: Buffer.from('event') }) as const;
  for (let revision = 1; revision <= 9; revision++) {
    await direct.append(id, step(revision - 1));
    await direct.putSnapshot(id, { revision, bytes: bulk, keep: 9, dropEventsThrough: 0 });
  }
  let changed = false;
  proxy.fault = async ({ operation, body }) => {
    if (operation === 'Scan' && body.includes('ExclusiveStartKey') && !changed) {
      changed = true;
      await direct.append(id, step(9));
      await direct.putSnapshot(id, { revision: 10, bytes: bulk, keep: 1, dropEventsThrough: 8 });
    }
    return undefined;
  };
  const reads = await scanned(reader);
  expect(changed).toBe(true);
  const [now] = await direct.readRecords([{ id, layout: 'current' }]);
  expect(reads.map((read) => read.kind === 'record' && recordDigest(decodeRecord(read.bytes)))).toEqual([
    now?.kind === 'record' && recordDigest(now.record),
  ]);
});

describe('what is no sound game', () => {
  const item = (id: string, part: string, more: Item = {}): Item => ({
    ...{ game_id: { S: id }, part: { S: part } },
    ...more,
  });

  test.each<[string, Item, RegExp]>([
    ['an item of somebody else', item('a', 'notes'), /items that are no part of it: notes/],
    ['a damaged head', item('a', 'head', { spans: { S: '3-1' } }), /"spans" in the head of game a/],
    [
      'a head that names what is not there',
      item('a', 'head', { rev: { N: '1' }, pieces: { L: [{ S: 's 1 00 1' }] } }),
      /snapshot of revision 1 of game a is not in the table/,
    ],
  ])('is named: %s', async (_, damage, why) => {
    const { table, reader, direct } = await setUp();
    await direct.replaceRecord(currentRecord('sound'), 'absent');
    await putRaw(server.endpoint, table, damage);
    const reads = await scanned(reader);
    expect(reads.map(({ key, kind }) => `${key.id} ${kind}`).toSorted()).toEqual([
      'a unreadable',
      'sound record',
    ]);
    expect(reads.find(({ kind }) => kind === 'unreadable')).toMatchObject({
      fault: { message: expect.stringMatching(why) },
    });
  });

  test('is left out where it has expired, or is a piece that no head names', async () => {
    const { table, reader } = await setUp();
    await putRaw(server.endpoint, table, item('a', 'head', { rev: { N: '1' }, expires: { N: '1000' } }));
    await putRaw(server.endpoint, table, item('b', `s#${'0'.repeat(19)}1#00#0000`, { bytes: { B: bulk } }));
    expect(await scanned(reader)).toEqual([]);
  });
});
