import { describe, expect, test } from 'vitest';
import type { PrimaryBackend } from '../../../src/backend/port.ts';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import { provenIn } from '../../../src/backup/archived-proof.ts';
import { plainPacking } from '../../../src/backup/archiving.ts';
import { createPruneAction } from '../../../src/backup/prune.ts';
import { createRetireAction } from '../../../src/backup/retire.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { randomHex } from '../../../src/base/ids.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { putDated } from '../../setup/dated-archives.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { killedAtWrite } from '../../setup/killed-at-write.ts';
import { type MemoryFiles, memoryFiles, survivals } from '../../setup/memory-files.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const hourMs = 3_600_000;
const day = { olderThanMs: 24 * hourMs };

const over = (id: string, fields: Parameters<typeof currentRecord>[1] = {}) =>
  currentRecord(id, { phase: 'GAME_OVER', ...fields });
const overRecently = (id: string, clock: Clock) => over(id, { updated: String(clock.now() - hourMs) });

function retireOn(backend: PrimaryBackend, clock: Clock, files: MemoryFiles) {
  const store = createArchiveStore(backupFolder, { files });
  const actor = { user: 'ana', host: 'bastion' };
  return createRetireAction({
    backend,
    store,
    environment: 'staging',
    actor,
    clock,
    random: randomHex,
    packing: plainPacking,
  });
}

function world(records: readonly GameRecord[], files = memoryFiles()) {
  const clock = virtualClock();
  const backend = recordBackend(clock, records);
  const store = createArchiveStore(backupFolder, { files });
  const action = retireOn(backend, clock, files);
  return {
    clock,
    backend,
    files,
    store,
    draft: () => action.draft(day),
    run: (between: () => unknown = () => {}) => carryOut(action, day, between),
    /** As by one that was killed before it removed the games. */
    retiredBefore: () => putDated(store, clock, 'earlier', { ageDays: 0, records, purpose: 'retired' }),
    backUp: () => backupWorld({ backend, clock, stateDir: tempFolder(), files }).backUp('nightly'),
  };
}

describe('retiring finished games', () => {
  test('removes those that ended long ago, and has them in a validated archive', async () => {
    const { backend, store, run, clock } = world([over('a'), currentRecord('playing')]);
    backend.records.set('current:new', overRecently('new', clock));
    const old = legacyRecord('b', { phase: 'GAME_OVER' });
    backend.records.set('legacy:b', old);
    const report = await run();
    expect(report.checks.map(({ kind, found }) => [kind, found])).toEqual([
      ['pass', '2 of 2 games'],
      ['pass', 'all 2'],
    ]);
    expect(report.outcome).toBe('done');
    expect([...backend.records.keys()].sort()).toEqual(['current:new', 'current:playing']);
    const { archives } = await store.list();
    expect(archives).toMatchObject([{ manifest: { games: 2, purpose: 'retired' } }]);
    expect(archives[0]?.verifiedAtMs).toBeDefined();
  });

  test('shows before what goes, how much it is, and into which archive', async () => {
    const { draft } = world([over('a')]);
    const { title, changes, steps } = await draft();
    expect(title).toMatch(
      /^Retire 1 game \(\d+ B\) that ended more than 1 d ago from memory, 1 of them archived first, in staging-.*-retired$/,
    );
    expect(changes.map(({ target, effect }) => [target.replace(/staging.*/, 'X'), effect])).toEqual([
      ['archive X', 'create'],
      ['a', 'delete'],
    ]);
    expect(steps).toHaveLength(3);
  });

  test('makes no second archive of what one of retired games has already', async () => {
    const { backend, store, retiredBefore, draft, run } = world([over('a')]);
    await retiredBefore();
    const { steps, changes } = await draft();
    expect(steps).toEqual(['Read the archives back', 'Remove the games from storage']);
    expect(changes[0]?.why).toBe('kept in archive earlier');
    expect((await run()).outcome).toBe('done');
    expect(backend.records.size).toBe(0);
    expect((await store.list()).archives).toHaveLength(1);
  });

  test('relies on no archive that goes by its age', async () => {
    const { backend, store, clock, backUp, run } = world([over('a')]);
    await backUp();
    expect((await run()).outcome).toBe('done');
    clock.advance(40 * 24 * hourMs);
    await putDated(store, clock, 'next', { ageDays: 0 });
    const parts = { store, storage: backend, environment: 'staging', clock };
    const prune = createPruneAction({ ...parts, retentionMs: 30 * 24 * hourMs });
    expect((await carryOut(prune, { keepLast: 1, keepDaily: 1, keepWeekly: 1 })).outcome).toBe('done');
    const left = (await store.list()).archives.map(({ name }) => name);
    expect(left).toEqual(['next', expect.stringMatching(/-retired$/)]);
    const game = { ...over('a'), digest: recordDigest(over('a')) };
    expect((await provenIn(store, await store.resolve(left[1] ?? ''), [game])).proven.size).toBe(1);
  });

  test('trusts no archive with another record of the game, nor one that is damaged', async () => {
    const changed = world([over('a')]);
    await changed.retiredBefore();
    changed.backend.records.set('current:a', over('a', { note: 'changed' }));
    expect((await changed.draft()).changes[0]?.target).toMatch(/-retired$/);

    const damaged = world([over('a')]);
    await damaged.retiredBefore();
    const bytes = damaged.files.bytes(`${backupFolder}/earlier.gka`);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    expect((await damaged.draft()).changes[0]?.target).toMatch(/-retired$/);
  });

  test('leaves alone a game that moved after the plan', async () => {
    const { backend, run } = world([over('a'), over('b')]);
    const moved = over('a', { rev: '2' });
    const report = await run(() => backend.records.set('current:a', moved));
    expect(report.outcome).toBe('partial');
    expect([...backend.records.values()]).toEqual([moved]);
  });

  test('leaves alone a finished game of which nobody knows when it ended, and says so', async () => {
    const { backend, draft, run } = world([over('a', { updated: 'never' })]);
    expect((await draft()).warnings).toContainEqual(expect.stringMatching(/nobody knows when they ended: a/));
    await run();
    expect(backend.records.size).toBe(1);
  });

  test('is done when nothing is old enough', async () => {
    const { run } = world([currentRecord('playing')]);
    expect((await run()).outcome).toBe('done');
  });

  test('removes nothing when its archive was damaged before it was read back', async () => {
    const { backend, files, run } = world([over('a')]);
    const { moveToFree } = files;
    files.moveToFree = async (from, to) => {
      await moveToFree(from, to);
      if (to.endsWith('.gka')) files.bytes(to)[200] = (files.bytes(to)[200] ?? 0) ^ 1;
    };
    const report = await run();
    expect(report.outcome).toBe('failed');
    expect(backend.records.size).toBe(1);
  });
});

describe('a retirement that is killed', () => {
  const records = [over('a'), over('b', { note: 'x' }), legacyRecord('c', { phase: 'GAME_OVER' })];

  async function expectNothingLost(backend: ReturnType<typeof recordBackend>, files: MemoryFiles) {
    const store = createArchiveStore(backupFolder, { files });
    const kept = new Set<string>();
    const games = records.map((record) => ({ ...record, digest: recordDigest(record) }));
    const { archives } = await store.list().catch(() => ({ archives: [] }));
    for (const { path } of archives) {
      const { proven } = await provenIn(store, await store.resolve(path), games);
      for (const key of proven) kept.add(key);
    }
    for (const record of records) {
      expect(backend.records.has(keyText(record)) || kept.has(keyText(record))).toBe(true);
    }
  }

  const points = [0, 1, 2].flatMap((write) => [false, true].map((after) => [write, after] as const));

  test.each(points)(
    'at removal %i (done: %s) has lost nothing, and the next one finishes it',
    async (write, after) => {
      const { backend, clock, files } = world(records);
      const killed = retireOn(killedAtWrite(backend, write, after), clock, files);
      await carryOut(killed, day).catch(() => {});
      await expectNothingLost(backend, files);
      // Its lock ends by itself: here the process lives on.
      clock.advance(90_000);
      expect((await carryOut(retireOn(backend, clock, files), day)).outcome).toBe('done');
      expect(backend.records.size).toBe(0);
      await expectNothingLost(backend, files);
    },
  );

  test.each(survivals)('at any change of the disk of which %s survive has lost nothing', async (survival) => {
    const whole = world(records);
    await whole.run();
    const changes = whole.files.changes();
    expect(changes).toBeGreaterThan(8);
    for (let crash = 0; crash <= changes; crash++) {
      const files = memoryFiles();
      const { backend, run } = world(records, files);
      files.crashAfter(crash);
      await run().catch(() => {});
      await expectNothingLost(backend, files.afterCrash(survival));
    }
  });
});
