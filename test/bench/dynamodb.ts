/** Scans and writes of DynamoDB beside bare loops of the SDK with the same requests, on dynalite in its own process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecords } from '../../src/backend/create-records.ts';
import { scanEncoded } from '../../src/backend/encoded-scan.ts';
import type { Backend } from '../../src/backend/port.ts';
import { createArchiveStore } from '../../src/backup/archive-store.ts';
import { plainPacking, writeArchive } from '../../src/backup/archiving.ts';
import { systemClock } from '../../src/base/clock.ts';
import { walkRecord } from '../../src/game/encoded-record.ts';
import { parseGameId } from '../../src/game/game.ts';
import type { GameRecord, PartValue } from '../../src/game/record.ts';
import { encodeRecord, sortedParts } from '../../src/game/record-codec.ts';
import { newTables, openTestDynamoDb, startDynamoDb } from '../setup/dynamodb.ts';
import { type BareDynamoDb, bareDynamoDb } from './bare-dynamodb.ts';
import { firstState } from './engine-load.ts';
import { benchRecords } from './game-sets.ts';
import { inTurn, type Rate, rateLine, timeAll } from './measure.ts';
import { toCreate, writePhase } from './write-phase.ts';

const rounds = 3;
const sets: readonly [string, () => Iterable<GameRecord>][] = [
  [
    '1,500 games of 12 KB, each a head and four pieces',
    () => benchRecords({ games: 1_500, gameBytes: 12_000 }),
  ],
  ['500 legacy games, each an item of 12 KB in maps', () => Array.from({ length: 500 }, (_, n) => inMaps(n))],
];

export async function run(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [name, records] of sets) lines.push(name, ...(await compare([...records()])), '');
  return lines;
}

async function compare(records: readonly GameRecord[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-bench-'));
  const server = await startDynamoDb();
  const bare = bareDynamoDb(server.endpoint);
  const table = await newTables(server.endpoint);
  const backend = openTestDynamoDb(server.endpoint, table);
  const timed = (work: () => Promise<unknown>) => timeAll(records.length, work);
  try {
    await createRecords(
      backend,
      records.map((record) => walkRecord(encodeRecord(record))),
    );
    const store = createArchiveStore(folder);
    const archiving = {
      ...{ backend, store, environment: 'bench', actor: { user: 'bench', host: 'bench' } },
      ...{ clock: systemClock, packing: plainPacking },
    };
    const filter = { includeCompleted: true };
    const archive = (name: string) => writeArchive(archiving, { name, archiveId: name, filter }, () => {});
    const scans = await inTurn(rounds, {
      bare: () => timed(() => bare.scan(table)),
      encoded: () => timed(() => scanAll(backend, records.length)),
      archived: () => timed(async () => (await archive('dropped')).discard()),
    });
    const kept = await archive('kept');
    await kept.publish();
    const restoring = {
      store,
      archive: { path: join(folder, 'kept.gka'), rootHash: kept.written.rootHash.toString('hex') },
      games: records.map(toCreate),
    };
    const prepared = bare.prepare(records);
    const writes = await inTurn(rounds, {
      bare: () => onNewTables(server.endpoint, bare, (to) => timed(() => prepared.create(to))),
      write: () =>
        onNewTables(server.endpoint, bare, async (to) => {
          const target = openTestDynamoDb(server.endpoint, to);
          return timed(() => writePhase(target, restoring)).finally(() => target.close());
        }),
      batches: () => onNewTables(server.endpoint, bare, (to) => timed(() => prepared.overwrite(to))),
    });
    return [
      rateLine('bare loop of Scan, 4 segments', scans.bare),
      rateLine('scanEncoded: whole records, checked', scans.encoded, scans.bare),
      rateLine('backup create: into an archive', scans.archived, scans.bare),
      rateLine('bare loop of the same writes, 20 at once', writes.bare),
      rateLine('backup restore, its write phase', writes.write, writes.bare),
      rateLine('bare loop of BatchWriteItem, overwriting', writes.batches, writes.bare),
    ];
  } finally {
    await backend.close();
    bare.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function scanAll(backend: Backend, wanted: number): Promise<void> {
  let games = 0;
  for await (const page of scanEncoded(backend)) {
    games += page.filter(({ kind }) => kind === 'record').length;
  }
  if (games !== wanted) throw new Error(`${games} games were scanned, not ${wanted}`);
}

async function onNewTables(
  endpoint: string,
  bare: BareDynamoDb,
  work: (table: string) => Promise<Rate>,
): Promise<Rate> {
  const table = await newTables(endpoint);
  const rate = await work(table);
  await bare.drop(table);
  return rate;
}

function inMaps(n: number): GameRecord {
  const id = `room-${n}`;
  const state = firstState(parseGameId(id));
  const item = { phase: 'TURN', state, before: [state, state] };
  const parts = Object.entries(item).map(([name, value]) => ({
    name: Buffer.from(name),
    value: partOf(value),
  }));
  return { id, layout: 'legacy', parts: sortedParts(parts) };
}

function partOf(json: unknown): PartValue {
  if (typeof json === 'string') return { kind: 'text', text: json };
  if (typeof json === 'boolean') return { kind: 'boolean', value: json };
  if (Array.isArray(json)) return { kind: 'list', items: json.map(partOf) };
  if (typeof json !== 'object' || json === null) return { kind: 'number', digits: String(json) };
  const entries = Object.entries(json).map(([name, value]) => ({
    name: Buffer.from(name),
    value: partOf(value),
  }));
  return { kind: 'map', entries: sortedParts(entries) };
}
