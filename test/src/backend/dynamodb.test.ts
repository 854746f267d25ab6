import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Item } from '../../../src/backend/dynamodb/attribute-value.ts';
import { createTables } from '../../../src/backend/dynamodb/create-tables.ts';
import type { Backend, RecordRead } from '../../../src/backend/port.ts';
import { parseGameId } from '../../../src/game/game.ts';
import type { GameRecord, RecordKey } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import {
  createRawTable,
  limits,
  newTables,
  openTestDynamoDb,
  putRaw,
  rawItems,
  startDynamoDb,
  type TestDynamoDb,
} from '../../setup/dynamodb.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { startHttpFaultProxy } from '../../setup/http-fault-proxy.ts';

let server: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.stop());

const id = parseGameId('game-1');
const current: RecordKey = { id, layout: 'current' };
const legacy: RecordKey = { id, layout: 'legacy' };
const step = (expectedRevision: number, bytes = Buffer.from(`event ${expectedRevision + 1}`)) =>
  ({ expectedRevision, phase: 'TURN', atMs: 1_000, event: bytes }) as const;

async function setUp(): Promise<{ table: string; backend: Backend }> {
  const table = await newTables(server.endpoint);
  return { table, backend: open(table) };
}

function open(table: string, endpoint = server.endpoint): Backend {
  const backend = openTestDynamoDb(endpoint, table);
  onTestFinished(() => backend.close());
  return backend;
}

async function recordAt(backend: Backend, key: RecordKey): Promise<GameRecord> {
  const [read] = await backend.readRecords([key]);
  if (read?.kind !== 'record') throw new Error(`Expected a record, got ${JSON.stringify(read)}`);
  return read.record;
}

async function scanned(backend: Backend): Promise<(readonly RecordKey[])[]> {
  const pages: (readonly RecordKey[])[] = [];
  for await (const page of backend.scan()) pages.push(page);
  return pages;
}

const faultIn = ([read]: readonly RecordRead[]) => (read?.kind === 'unreadable' ? read.fault : undefined);

const partsOf = async (table: string) =>
  (await rawItems(server.endpoint, `${table}-gk1`)).map(({ part }) => part?.S ?? '').sort();

describe('the current layout', () => {
  test('keeps a young game in one item, with its own fields as DynamoDB would', async () => {
    const { table, backend } = await setUp();
    await backend.append(id, step(0));
    await backend.append(id, step(1));
    const [head, ...rest] = await rawItems(server.endpoint, `${table}-gk1`);
    expect(rest).toEqual([]);
    expect(head).toMatchObject({
      game_id: { S: 'game-1' },
      part: { S: 'head' },
      rev: { N: '2' },
      phase: { S: 'TURN' },
      created: { N: '1000' },
      updated: { N: '1000' },
      'e:2': { B: new Uint8Array(Buffer.from('event 2')) },
    });
  });

  test('moves events out of the head before it grows', async () => {
    const { table, backend } = await setUp();
    for (let revision = 0; revision < 12; revision++)
      await backend.append(id, step(revision, Buffer.alloc(900)));
    const parts = await partsOf(table);
    expect(parts.filter((part) => /^e#0{19}\d|^e#0{18}1\d/.test(part)).length).toBeGreaterThanOrEqual(8);
    const head = (await rawItems(server.endpoint, `${table}-gk1`)).find(({ part }) => part?.S === 'head');
    expect(Object.keys(head ?? {}).filter((name) => name.startsWith('e:')).length).toBeLessThan(6);
    expect((await backend.read(id))?.events.map(({ revision }) => revision)).toEqual(
      Array.from({ length: 12 }, (_, n) => n + 1),
    );
  });

  test('leaves nothing behind of what compaction dropped', async () => {
    const { table, backend } = await setUp();
    for (let revision = 0; revision < 12; revision++)
      await backend.append(id, step(revision, Buffer.alloc(900)));
    await backend.putSnapshot(id, { revision: 11, bytes: Buffer.alloc(10), keep: 1, dropEventsThrough: 11 });
    await backend.putSnapshot(id, { revision: 12, bytes: Buffer.alloc(10), keep: 1, dropEventsThrough: 12 });
    const parts = await partsOf(table);
    expect(parts).toEqual(['head', expect.stringMatching(/^s#0{18}12#/)]);
  });

  test('leaves nothing behind of a game that was removed', async () => {
    const { table, backend } = await setUp();
    for (let revision = 0; revision < 12; revision++)
      await backend.append(id, step(revision, Buffer.alloc(900)));
    await backend.putSnapshot(id, { revision: 12, bytes: Buffer.alloc(10), keep: 1, dropEventsThrough: 0 });
    await backend.removeRecord(current, recordDigest(await recordAt(backend, current)));
    expect(await partsOf(table)).toEqual([]);
  });

  test('splits snapshots and events over 400 KB, and reads them whole', async () => {
    const { backend } = await setUp();
    const large = (fill: string) => Buffer.from(fill.repeat(1_000_000));
    await backend.append(id, step(0, large('a')));
    await backend.append(id, { ...step(1, large('b')), snapshot: { bytes: large('c'), keep: 1 } });
    await backend.putSnapshot(id, { revision: 2, bytes: large('d'), keep: 1, dropEventsThrough: 1 });
    const game = await backend.read(id);
    expect(game?.events.map(({ revision, bytes }) => [revision, Buffer.compare(bytes, large('b'))])).toEqual([
      [2, 0],
    ]);
    expect(game?.snapshots.map(({ bytes }) => Buffer.compare(bytes, large('d')))).toEqual([0]);
  });

  test('tells a piece that somebody deleted from one that has moved on', async () => {
    const { table, backend } = await setUp();
    await backend.append(id, step(0));
    await backend.putSnapshot(id, { revision: 1, bytes: Buffer.of(1), keep: 1, dropEventsThrough: 0 });
    const snapshot = (await rawItems(server.endpoint, `${table}-gk1`)).find(({ part }) =>
      part?.S?.startsWith('s#'),
    );
    await putRaw(server.endpoint, `${table}-gk1`, { ...snapshot, extra: { S: 'x' } } as Item);
    expect(faultIn(await backend.readRecords([current]))).toMatchObject({
      code: 'record-unreadable',
      message: expect.stringContaining('snapshot of revision 1 of game game-1'),
    });
  });

  test('names a game with items of somebody else once, however far apart they are', async () => {
    const { table, backend } = await setUp();
    await backend.append(id, step(0));
    // More than one page.
    for (let n = 0; n < 8; n++) {
      const item = { game_id: { S: 'game-1' }, part: { S: `notes ${n}` }, text: { S: 'x'.repeat(300_000) } };
      await putRaw(server.endpoint, `${table}-gk1`, item);
    }
    expect((await scanned(backend)).flat()).toEqual([current]);
  });

  test('stays whole under several writers of everything', async () => {
    const { table } = await setUp();
    const clients = [open(table), open(table), open(table)];
    const bytes = Buffer.alloc(3_000);
    await clients[0]?.append(id, step(0));
    await Promise.all(
      clients.map(async (client, n) => {
        for (let round = 0; round < 10; round++) {
          const revision = (await client.read(id))?.revision ?? 0;
          const snapshot = n === 1 ? { snapshot: { bytes, keep: 2 } } : {};
          await client.append(id, { ...step(revision, bytes), ...snapshot });
          if (n === 2)
            await client.putSnapshot(id, { revision, bytes, keep: 2, dropEventsThrough: revision - 1 });
          const [read] = await client.readRecords([current]);
          if (n !== 0 || read?.kind !== 'record') continue;
          await client.replaceRecord(read.record, recordDigest(read.record));
        }
      }),
    );
    const game = await clients[0]?.read(id);
    expect(game?.revision).toBeGreaterThan(5);
    expect(game?.snapshots.length).toBeLessThanOrEqual(2);
    const record = await recordAt(open(table), current);
    await clients[0]?.removeRecord(record, recordDigest(record));
    expect(await partsOf(table)).toEqual([]);
  });

  test('names items of somebody else under a game, also without one, and plays on', async () => {
    const { table, backend } = await setUp();
    await backend.append(id, step(0));
    const beside = (game: string): Item => ({ game_id: { S: game }, part: { S: 'notes' }, text: { S: 'x' } });
    await putRaw(server.endpoint, `${table}-gk1`, beside('game-1'));
    await putRaw(server.endpoint, `${table}-gk1`, beside('stranger'));
    for (const key of [current, { ...current, id: 'stranger' }]) {
      expect(faultIn(await backend.readRecords([key]))).toMatchObject({
        code: 'record-unreadable',
        message: expect.stringContaining(`${key.id} there are items that are no part of it: notes`),
      });
    }
    const keys = (await scanned(backend)).flat().map((key) => key.id);
    expect(keys.sort()).toEqual(['game-1', 'stranger']);
    expect((await backend.read(id))?.revision).toBe(1);
    expect(await backend.append(id, step(1))).toMatchObject({ kind: 'committed' });
  });

  test.each<[string, Item]>([
    ['spans', { spans: { S: '3-1' } }],
    ['spans', { spans: { S: '1-9007199254740991' } }],
    ['pieces', { pieces: { L: [{ S: 'x' }] } }],
    ['expires', { expires: { S: 'soon' } }],
  ])('names a head whose "%s" is damaged', async (name, damage) => {
    const { table, backend } = await setUp();
    await backend.append(id, step(0));
    const [head] = await rawItems(server.endpoint, `${table}-gk1`);
    await putRaw(server.endpoint, `${table}-gk1`, { ...head, ...damage });
    expect(faultIn(await backend.readRecords([current]))).toMatchObject({
      code: 'record-unreadable',
      message: expect.stringContaining(`"${name}" in the head of game game-1`),
    });
    expect((await scanned(backend)).flat()).toEqual([current]);
  });

  test('sets the time to live in seconds, for DynamoDB', async () => {
    const { table, backend } = await setUp();
    const expiresAtMs = Date.now() + 3_600_001;
    await backend.append(id, { ...step(0), expiresAtMs });
    const [head] = await rawItems(server.endpoint, `${table}-gk1`);
    expect(head?.ttl).toEqual({ N: String(Math.ceil(expiresAtMs / 1000)) });
    await backend.append(id, step(1));
    expect((await rawItems(server.endpoint, `${table}-gk1`))[0]).not.toHaveProperty('ttl');
  });
});

test.each<[string, GameRecord]>([
  ['current', currentRecord('game-1', { notes: 'x'.repeat(420_000) })],
  ['legacy', legacyRecord('game-1', { state: 'x'.repeat(420_000) })],
])(
  'a %s record that DynamoDB cannot hold is refused with its size, and nothing is written',
  async (_, large) => {
    const { table, backend } = await setUp();
    await expect(backend.replaceRecord(large, 'absent')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/game-1 needs an item of 41\d KB, over the 400 KB/),
    });
    expect(await partsOf(table)).toEqual([]);
    expect(await backend.readRecords([large])).toEqual([{ kind: 'absent' }]);
  },
);

describe('what DynamoDB refuses is told before by the rule that the write goes by', () => {
  const attributes = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`field-${n}`, 'x']));
  const chunky = Buffer.alloc(900_000, 1);

  test.each<[string, GameRecord, RegExp | undefined]>([
    ['a legacy game of nearly 400 KB', legacyRecord('a', { state: 'x'.repeat(409_000) }), undefined],
    ['a legacy game of more', legacyRecord('a', { state: 'x'.repeat(409_600) }), /over the 400 KB/],
    ['a legacy game of many fields', legacyRecord('a', attributes(135)), undefined],
    ['a legacy game of more fields', legacyRecord('a', attributes(136)), /has 141 attributes/],
    [
      'a current game whose events and snapshots are large',
      currentRecord('a', { 'e:1': chunky, 's:1': chunky }),
      undefined,
    ],
    [
      'a current game whose other fields are',
      currentRecord('a', { 'legacy:state': 'x'.repeat(409_600) }),
      /over the 400 KB/,
    ],
    ['an id that is no key', legacyRecord('k'.repeat(2049)), /cannot be in DynamoDB/],
  ])('%s', async (_, record, refusal) => {
    const { backend } = await setUp();
    const told = (await backend.refusals()).of(record);
    if (!refusal) {
      expect(told).toBeUndefined();
      expect(await backend.replaceRecord(record, 'absent')).toEqual({ kind: 'written' });
      return;
    }
    expect(told).toMatchObject({ by: 'storage', why: { message: expect.stringMatching(refusal) } });
    await expect(backend.replaceRecord(record, 'absent')).rejects.toThrow(told?.why.message);
    expect(await scanned(backend)).toEqual([]);
  });

  test('also for the want of a table', async () => {
    await createRawTable(server.endpoint, 'old-games', ['game_id']);
    const refusals = await open('old-games').refusals();
    expect(refusals.of(legacyRecord('a'))).toBeUndefined();
    expect(refusals.of(currentRecord('a'))?.why.message).toContain('no table old-games-gk1');
  });
});

describe('a legacy item', () => {
  const strange: Item = {
    game_id: { S: 'game-1' },
    phase: { S: 'TURN' },
    state: { S: '{"players":[]}' },
    big: { N: '99999999999999999999999999999999999999' },
    small: { N: '-0.00000000000000000000000000000000000001' },
    huge: { N: `1${'0'.repeat(125)}` },
    binary: { B: Uint8Array.of(0, 255, 128) },
    marked: { B: new Uint8Array(Buffer.from('\0gk-value\0\u0004')) },
    empty: { S: '' },
    none: { NULL: true },
    on: { BOOL: false },
    texts: { SS: ['ä', 'b', 'a'] },
    numbers: { NS: ['10', '9', '1.5'] },
    bytes: { BS: [Uint8Array.of(2), Uint8Array.of(1)] },
    deep: {
      M: { list: { L: [{ M: { n: { N: '7' } } }, { L: [] }, { BS: [Uint8Array.of(9)] }] }, z: { S: '' } },
    },
    'gk#6e6f7465': { S: 'looks like a name of ours' },
    last_updated: { S: '2026-01-05T03:00:00Z' },
  };

  /** DynamoDB keeps no order in sets. */
  const sorted = ({ texts, numbers, bytes, ...rest }: Item) => ({
    ...rest,
    sets: [
      [...(texts?.SS ?? [])].sort(),
      [...(numbers?.NS ?? [])].sort(),
      bytes?.BS?.map((one) => one[0]).sort(),
    ],
  });

  test('of every type comes back as it was, and after a stay elsewhere too', async () => {
    const { table, backend } = await setUp();
    await putRaw(server.endpoint, table, strange);
    const record = await recordAt(backend, legacy);
    expect(record.parts).toHaveLength(Object.keys(strange).length - 1);
    await backend.removeRecord(legacy, recordDigest(record));
    expect(await rawItems(server.endpoint, table)).toEqual([]);
    expect(await backend.replaceRecord(record, 'absent')).toEqual({ kind: 'written' });
    const [item] = await rawItems(server.endpoint, table);
    expect(sorted(item ?? {})).toEqual(sorted(strange));
  });

  test('of its key alone is a game, and comes back as it was after a stay elsewhere', async () => {
    const { table, backend } = await setUp();
    const bare: Item = { game_id: { S: 'game-1' } };
    await putRaw(server.endpoint, table, bare);
    const record = await recordAt(backend, legacy);
    expect(record.parts).toEqual([]);
    await backend.removeRecord(legacy, recordDigest(record));
    expect(await backend.replaceRecord(record, 'absent')).toEqual({ kind: 'written' });
    expect(await rawItems(server.endpoint, table)).toEqual([bare]);
  });

  test('that its writer changes while it is replaced stays as that writer left it', async () => {
    const { table, backend } = await setUp();
    await putRaw(server.endpoint, table, strange);
    const record = await recordAt(backend, legacy);
    const proxy = await startHttpFaultProxy(server.endpoint);
    const late = open(table, proxy.url);
    const changed = { ...strange, deep: { M: { list: { L: [] } } } };
    proxy.fault = async ({ operation }) => {
      if (operation === 'UpdateItem') await putRaw(server.endpoint, table, changed);
      return undefined;
    };
    expect(await late.replaceRecord(legacyRecord('game-1'), recordDigest(record))).toEqual({
      kind: 'changed',
    });
    expect(sorted((await rawItems(server.endpoint, table))[0] ?? {})).toEqual(sorted(changed));
  });

  test('to which its writer adds an attribute while it is removed is put back', async () => {
    const { table, backend } = await setUp();
    await putRaw(server.endpoint, table, strange);
    const record = await recordAt(backend, legacy);
    const proxy = await startHttpFaultProxy(server.endpoint);
    const late = open(table, proxy.url);
    const added = { ...strange, fresh: { S: 'y' } };
    proxy.fault = async ({ operation }) => {
      if (operation === 'DeleteItem') await putRaw(server.endpoint, table, added);
      return undefined;
    };
    expect(await late.removeRecord(legacy, recordDigest(record))).toEqual({ kind: 'changed' });
    expect(sorted((await rawItems(server.endpoint, table))[0] ?? {})).toEqual(sorted(added));
  });

  describe('in a table that deletes by its attribute "until"', () => {
    const inOneHour = Math.floor(Date.now() / 1000) + 3_600;

    async function setUpTtl() {
      const table = await newTables(server.endpoint);
      const proxy = await startHttpFaultProxy(server.endpoint);
      proxy.fault = ({ operation }) =>
        operation === 'DescribeTimeToLive'
          ? {
              status: 200,
              answer: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' } },
            }
          : undefined;
      return { table, backend: open(table, proxy.url) };
    }

    test('expires then, and the attribute is a part like any other', async () => {
      const { table, backend } = await setUpTtl();
      await putRaw(server.endpoint, table, { game_id: { S: 'game-1' }, until: { N: String(inOneHour) } });
      const record = await recordAt(backend, legacy);
      expect(record).toMatchObject({ expiresAtMs: inOneHour * 1000 });
      expect(record.parts.map(({ name }) => Buffer.from(name).toString())).toEqual(['until']);
      await backend.removeRecord(legacy, recordDigest(record));
      await backend.replaceRecord(record, 'absent');
      expect(await rawItems(server.endpoint, table)).toEqual([
        { game_id: { S: 'game-1' }, until: { N: String(inOneHour) } },
      ]);
    });

    test('is absent once its time is over, although it is still there', async () => {
      const { table, backend } = await setUpTtl();
      await putRaw(server.endpoint, table, {
        game_id: { S: 'game-1' },
        until: { N: String(inOneHour - 7_200) },
      });
      expect(await backend.readRecords([legacy])).toEqual([{ kind: 'absent' }]);
      expect(await scanned(backend)).toEqual([]);
      expect((await backend.census()).games).toEqual([]);
    });

    test('that came with an exact time keeps it, and DynamoDB knows it too', async () => {
      const { table, backend } = await setUpTtl();
      const record = legacyRecord('game-1', {}, inOneHour * 1000 + 123);
      await backend.replaceRecord(record, 'absent');
      expect(recordDigest(await recordAt(backend, legacy))).toBe(recordDigest(record));
      expect((await rawItems(server.endpoint, table))[0]?.until).toEqual({ N: String(inOneHour + 1) });
    });

    test('is not taken when the table would delete it at another time than its record says', async () => {
      const { backend } = await setUpTtl();
      const until = {
        name: Buffer.from('until'),
        value: { kind: 'number', digits: String(inOneHour) },
      } as const;
      const record = { id, layout: 'legacy', parts: [until] } as const;
      await expect(backend.replaceRecord(record, 'absent')).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('by its attribute until'),
      });
    });
  });
});

describe('tables', () => {
  test('that are missing altogether fail every call, never as "no games"', async () => {
    const backend = open('no-such-table');
    for (const call of [() => backend.ping(), () => backend.read(id), () => scanned(backend)]) {
      await expect(call()).rejects.toMatchObject({
        code: 'backend-missing',
        message: expect.stringContaining('no table no-such-table'),
      });
    }
  });

  test('without one for the current layout hold no current games, and take none', async () => {
    await createRawTable(server.endpoint, 'legacy-only', ['game_id']);
    const backend = open('legacy-only');
    await backend.replaceRecord(legacyRecord('a'), 'absent');
    expect(await backend.read(id)).toBeUndefined();
    expect((await scanned(backend)).flat()).toEqual([{ id: 'a', layout: 'legacy' }]);
    await expect(backend.append(id, step(0))).rejects.toMatchObject({
      code: 'backend-missing',
      next: expect.stringContaining('Create the table legacy-only-gk1'),
    });
    expect(await backend.examine()).toContainEqual(expect.objectContaining({ kind: 'problem' }));
  });

  test('of the current layout alone take no legacy games', async () => {
    await createTables({ ...limits, endpoint: server.endpoint, table: 'current-only' });
    const backend = open('current-only');
    await backend.append(id, step(0));
    expect(await backend.readRecords([legacy])).toEqual([{ kind: 'absent' }]);
    await expect(backend.replaceRecord(legacyRecord('a'), 'absent')).rejects.toMatchObject({
      code: 'unsupported',
    });
  });

  test('with other keys are named', async () => {
    await createRawTable(server.endpoint, 'orders', ['order_id']);
    await expect(open('orders').ping()).rejects.toMatchObject({ code: 'unsupported' });
  });

  test('are looked at without a failure where something cannot be asked', async () => {
    const { table, backend } = await setUp();
    const findings = await backend.examine();
    expect(findings.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      `${table}-gk1 table: ok`,
      `${table}-gk1 capacity: ok`,
      `${table}-gk1 point-in-time recovery: unknown`,
      `${table}-gk1 time to live: warning`,
      `${table} table: ok`,
      `${table} capacity: ok`,
      `${table} point-in-time recovery: unknown`,
      `${table} time to live: ok`,
    ]);
  });
});

test('a game whose id is no key of DynamoDB is named, and stands in the way of no other', async () => {
  const { backend } = await setUp();
  const [long, none] = ['k'.repeat(2049), ''];
  await backend.replaceRecord(legacyRecord('a'), 'absent');
  const keys = ['a', long, none].map((id): RecordKey => ({ id, layout: 'legacy' }));
  expect(await backend.readRecords(keys)).toMatchObject([
    { kind: 'record' },
    { kind: 'unreadable', fault: { message: expect.stringContaining('its id has 2049 bytes') } },
    { kind: 'unreadable', fault: { message: expect.stringContaining('its id has 0 bytes') } },
  ]);
  expect(await backend.readRecords([{ id: long, layout: 'current' }])).toMatchObject([
    { kind: 'unreadable' },
  ]);
  await expect(backend.replaceRecord(legacyRecord(long), 'absent')).rejects.toThrow('cannot be in DynamoDB');
});

test('a scan over several pages and segments finds every game', async () => {
  const { backend } = await setUp();
  const bulk = { state: 'x'.repeat(200_000) };
  const records = Array.from({ length: 24 }, (_, n) => legacyRecord(`game ${n}`, bulk));
  for (const record of records) await backend.replaceRecord(record, 'absent');
  const pages = await scanned(backend);
  expect(pages.length).toBeGreaterThan(4);
  expect(
    pages
      .flat()
      .map((key) => key.id)
      .sort(),
  ).toEqual(records.map((record) => record.id).sort());
  const { usedBytes } = await backend.census();
  expect(usedBytes.all).toBeGreaterThan(24 * 200_000);
  expect(usedBytes.all).toBeLessThan(24 * 200_000 * 1.1);
});
