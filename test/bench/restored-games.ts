/** The parts of a restore, and validation, beside `redis-cli --pipe`, which is fed with the same games. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createArchiveStore } from '../../src/backup/archive-store.ts';
import { manifestOf } from '../../src/backup/manifest.ts';
import type { PlannedGame } from '../../src/backup/restore-decision.ts';
import { validateArchive, validateStructure } from '../../src/backup/validate.ts';
import { createArchiveWriter } from '../../src/backup/writer.ts';
import { systemClock } from '../../src/base/clock.ts';
import { encodedGame } from '../setup/archived-records.ts';
import { backupWorld } from '../setup/backup-world.ts';
import { openTestRedis } from '../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { benchRecords, type GameSet, gameSets } from './game-sets.ts';
import { inTurn, type Rate, rateLine, timeAll } from './measure.ts';
import { pipe, writeCommands } from './piped-games.ts';
import { toCreate, writePhase } from './write-phase.ts';

const rounds = 3;

export async function run(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const set of gameSets) lines.push(...(await measureSet(set)), '');
  return lines;
}

async function measureSet(set: GameSet): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-bench-'));
  const server = await startRedis();
  const backend = openTestRedis(server.url, { operationTimeoutMs: 30_000 });
  try {
    const { rootHash, games } = await writeSet(folder, set);
    const store = createArchiveStore(folder);
    const name = 'bench';
    const archive = { path: join(folder, `${name}.gka`), rootHash };
    const perSecond = (work: () => Promise<unknown>) => timeAll(set.games, work);
    const { runner, restore } = backupWorld({
      ...{ backend, store, clock: systemClock, stateDir: join(folder, 'state') },
    });
    const plan = () => runner.prepare(restore, { archive: name, onExisting: 'fail' });
    const rates = await inTurn(rounds, {
      pipe: () => onEmpty(server, set, () => perSecond(() => pipe(server.port, join(folder, 'games.resp')))),
      write: () =>
        onEmpty(server, set, () => perSecond(() => writePhase(backend, { store, archive, games }))),
      plan: () => emptied(server, () => perSecond(plan)),
      structure: () => perSecond(() => validateStructure(store, name, systemClock)),
      deep: () => perSecond(() => validateArchive(store, name, systemClock)),
    });
    return [
      rateLine(`redis-cli --pipe, ${set.name}`, rates.pipe),
      rateLine('backup restore, its write phase', rates.write, rates.pipe),
      rateLine('its plan: reads the whole archive', rates.plan),
      rateLine('backup validate', rates.structure),
      rateLine('backup validate --deep', rates.deep),
    ];
  } finally {
    await backend.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The archive, and the same games as commands for `redis-cli --pipe`. */
async function writeSet(folder: string, set: GameSet) {
  const unpublished = await createArchiveStore(folder).begin('bench', { kind: 'none' });
  const writer = createArchiveWriter(unpublished.file, {
    ...{ archiveId: 'bench', codec: 'zstd', cipher: 'none', environment: 'staging', source: 'bench' },
    ...{ createdBy: 'bench', startedAtMs: 1, consistency: 'fuzzy-scan', filter: { includeCompleted: true } },
  });
  const games: PlannedGame[] = [];
  for (const record of benchRecords(set)) {
    await writer.add(encodedGame(record));
    games.push(toCreate(record));
  }
  await writeCommands(join(folder, 'games.resp'), benchRecords(set));
  const written = await writer.finish({ endedAtMs: 2, leftOut: { completed: 0, vanished: 0 } });
  await unpublished.publish(manifestOf('bench', written));
  return { rootHash: written.rootHash.toString('hex'), games };
}

async function onEmpty(server: TestRedis, set: GameSet, work: () => Promise<Rate>): Promise<Rate> {
  const rate = await emptied(server, work);
  const stored = await withClient(server, (redis) => redis.dbsize());
  if (stored !== set.games) throw new Error(`${stored} games were stored, not ${set.games}`);
  return rate;
}

async function emptied(server: TestRedis, work: () => Promise<Rate>): Promise<Rate> {
  await withClient(server, (redis) => redis.flushall());
  return work();
}

async function withClient<T>({ port }: TestRedis, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
