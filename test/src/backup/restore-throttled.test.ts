import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../../src/backend/port.ts';
import type { RestoreDetail } from '../../../src/backup/restore-plan.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { newTables, openTestDynamoDb, startDynamoDb, type TestDynamoDb } from '../../setup/dynamodb.ts';
import { half, impatientClock, seeded, throttled } from '../../setup/dynamodb-faults.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { startHttpFaultProxy } from '../../setup/http-fault-proxy.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.stop());

/** Small ones of one item, ones with pieces, and one of more pieces than go into a request. */
const records: readonly GameRecord[] = [
  ...Array.from({ length: 200 }, (_, n) => {
    if (n % 3 === 0) return legacyRecord(`game ${n}`, { state: 'x'.repeat(2_000) });
    const long = n % 3 === 1 ? { 'e:1': 'y'.repeat(5_000), 's:1': 'z'.repeat(3_000) } : {};
    return currentRecord(`game ${n}`, { note: `${n}`, ...long });
  }),
  currentRecord('long', {
    ...Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`e:${n + 1}`, `event ${n + 1}`])),
    rev: '60',
  }),
];

async function setUp() {
  const [table, proxy] = [await newTables(server.endpoint), await startHttpFaultProxy(server.endpoint)];
  const counted = { reads: 0, writes: 0 };
  const backend = openTestDynamoDb(proxy.url, table, {
    clock: impatientClock(),
    listener: {
      capacity({ operation, reads, writes }) {
        if (operation === 'changeLock') return;
        counted.reads += reads;
        counted.writes += writes;
      },
    },
  });
  const direct = openTestDynamoDb(server.endpoint, table);
  onTestFinished(() => Promise.all([backend.close(), direct.close()]).then(() => {}));
  const source = recordBackend(systemClock, records);
  const elsewhere = () => ({ backend, admin: undefined, isPlayed: false });
  const room = backupWorld({ backend: source, clock: systemClock, stateDir: tempFolder(), elsewhere });
  await room.backUp();
  const wanted = { archive: 'a', onExisting: 'skip', to: 'dynamodb' } as const;
  return { proxy, direct, counted, room, wanted };
}

async function stored(backend: Backend): Promise<string[]> {
  const reads = await backend.readRecords(records);
  return reads.flatMap((read) => (read.kind === 'record' ? [recordDigest(read.record)] : []));
}

test('a restore into a table that throttles writes every game, and what it counted is what the plan said', async () => {
  const { proxy, direct, counted, room, wanted } = await setUp();
  const plan = await room.runner.prepare(room.restore, wanted);
  Object.assign(counted, { reads: 0, writes: 0 });
  const random = seeded(11);
  proxy.fault = ({ operation, body }) => {
    if (random() < 0.2) return throttled;
    return operation === 'BatchWriteItem' && random() < 0.5 ? half(body) : undefined;
  };
  const report = await room.apply(room.restore, plan);
  proxy.fault = () => undefined;
  expect(report).toMatchObject({ outcome: 'done' });
  expect(await stored(direct)).toEqual(records.map(recordDigest));
  expect((plan.detail as RestoreDetail).estimate.capacity?.writes).toBe(counted.writes);
}, 60_000);

test('where it throttles for good, the report counts what was written, and the same line does the rest', async () => {
  const { proxy, direct, room, wanted } = await setUp();
  const plan = await room.runner.prepare(room.restore, wanted);
  let writes = 0;
  proxy.fault = ({ operation }) => {
    const isWrite = operation === 'PutItem' || operation === 'BatchWriteItem';
    return isWrite && ++writes > 60 ? throttled : undefined;
  };
  const report = await room.apply(room.restore, plan);
  proxy.fault = () => undefined;
  const written = (await stored(direct)).length;
  expect(written).toBeGreaterThan(40);
  expect(report).toMatchObject({
    outcome: 'partial',
    checks: [{ kind: 'fail', found: expect.stringMatching(`^${written} of 201 games; not: `) }],
  });
  const { state } = report.steps.at(-1) ?? {};
  expect(state).toMatchObject({
    kind: 'unknown',
    fault: { message: expect.stringMatching(`^${written} of 201 games written; not known.*throttles`) },
  });
  expect(await room.restoreAll(wanted)).toMatchObject({ outcome: 'done' });
  expect(await stored(direct)).toEqual(records.map(recordDigest));
}, 60_000);
