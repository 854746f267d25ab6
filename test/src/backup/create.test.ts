import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import { checkStored, validateArchive } from '../../../src/backup/validate.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { anyRecords, gameRecord } from '../../setup/archived-records.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { memoryFiles, survivals } from '../../setup/memory-files.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const games = [
  gameRecord({ id: 'game-1', revision: 4 }),
  gameRecord({ id: 'game-2', phase: 'GAME_OVER' }),
  gameRecord({ id: 'game-2', layout: 'legacy', phase: 'SCORING' }),
  gameRecord({ id: 'game-3', layout: 'legacy', phase: 'GAME_OVER' }),
];

function world(stored: readonly GameRecord[] = games) {
  const clock = virtualClock();
  const backend = recordBackend(clock, stored);
  return { backend, clock, ...backupWorld({ backend, clock, stateDir: tempFolder() }) };
}

describe('the plan of a backup', () => {
  test('says what will be archived and what will be left out, and writes nothing', async () => {
    const { create, runner, files, backend } = world();
    const plan = await runner.prepare(create, { includeCompleted: false });
    expect(plan.title).toBe('Back up 2 games to archive staging-20261123T030000Z');
    expect(plan.changes).toEqual([
      {
        target: 'archive staging-20261123T030000Z',
        effect: 'create',
        to: 'about 1 game (current layout), 1 game (legacy layout)',
        why: 'each game whole, different games from different moments',
      },
      {
        target: 'completed games',
        effect: 'skip',
        why: 'about 2 games have ended; include completed games to keep them',
      },
    ]);
    expect(files.changes()).toBe(0);
    expect(backend.writes).toEqual([]);
  });

  test('is refused when the name is taken', async () => {
    const { create, runner, backUp } = world();
    await backUp('a');
    await expect(runner.prepare(create, { name: 'a', includeCompleted: true })).rejects.toMatchObject({
      code: 'conflict',
      next: 'Use another name, like a-2',
    });
  });

  test('goes stale when its name is taken, not when games move on', async () => {
    const { create, runner, apply, backUp, backend } = world();
    const first = await runner.prepare(create, { name: 'a', includeCompleted: true });
    const second = await runner.prepare(create, { name: 'b', includeCompleted: true });
    await backUp('a');
    backend.records.set('current:game-1', gameRecord({ id: 'game-1', revision: 5 }));
    await expect(apply(create, first)).rejects.toMatchObject({ code: 'stale' });
    expect(await apply(create, second)).toMatchObject({ outcome: 'done' });
  });

  test('warns when there is nothing to back up, and the run is no success then', async () => {
    const { create, runner, apply } = world([]);
    const plan = await runner.prepare(create, { includeCompleted: true });
    expect(plan.warnings).toEqual(['There is no game to back up: the archive will be empty']);
    expect(await apply(create, plan)).toMatchObject({
      outcome: 'partial',
      checks: [
        { kind: 'pass' },
        { name: 'Games that are protected', kind: 'fail', found: 'none, the archive is empty' },
      ],
    });
  });
});

describe('a backup', () => {
  test('holds every record as it was, and is validated when it is listed', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords(), async (stored) => {
        const { backend, backUp, store, clock } = world(stored);
        const report = await backUp('a');
        expect(report.outcome).toBe(stored.length > 0 ? 'done' : 'partial');
        const digests: Record<string, string> = {};
        await checkStored(store, await store.resolve('a'), {
          onRecord({ record: { layout, id }, digest }) {
            digests[`${layout}:${id}`] = digest;
          },
        });
        expect(digests).toEqual(backend.digests());
        expect((await store.list()).archives).toMatchObject([
          {
            name: 'a',
            verifiedAtMs: clock.now(),
            manifest: { games: stored.length, filter: { includeCompleted: true } },
          },
        ]);
      }),
      { numRuns: 25 },
    );
  }, 30_000);

  test('leaves completed games of both layouts out, and says so', async () => {
    const { backUp, store } = world();
    const report = await backUp('a', false);
    expect(report.steps[0]?.state).toEqual({ kind: 'done', note: '2 games, 2 games completed and left out' });
    expect((await store.list()).archives[0]?.manifest).toMatchObject({
      games: 2,
      gamesByLayout: { current: 1, legacy: 1 },
      filter: { includeCompleted: false },
      leftOut: { completed: 2, vanished: 0 },
    });
  });

  test('counts a game that vanishes between scan and read', async () => {
    const { backUp, store, backend } = world();
    backend.beforeRead = () => backend.records.delete('current:game-1');
    expect(await backUp('a')).toMatchObject({ outcome: 'done' });
    expect((await store.list()).archives[0]?.manifest).toMatchObject({
      games: 3,
      leftOut: { completed: 0, vanished: 1 },
    });
  });

  test('stops with the names of all games that cannot be read, and leaves nothing behind', async () => {
    const { backUp, store, backend, files } = world();
    backend.unreadable.add('legacy:game-7').add('current:game-8');
    const report = await backUp('a');
    expect(report.outcome).toBe('failed');
    expect(report.steps[0]?.state).toMatchObject({
      kind: 'failed',
      fault: {
        code: 'record-unreadable',
        message: '2 games cannot be read: game-7 (legacy) (it is a list), game-8 (it is a list)',
      },
    });
    expect(await store.list()).toMatchObject({ archives: [] });
    expect(await files.list(backupFolder)).toEqual([]);
  });

  test('leaves nothing behind when the backend goes away', async () => {
    const { backUp, backend, files } = world();
    backend.beforeRead = () => {
      throw new Fault('backend-unreachable', 'gone');
    };
    const report = await backUp('a');
    expect(report.outcome).toBe('failed');
    expect(report.steps[0]?.state).toMatchObject({
      kind: 'failed',
      fault: { code: 'backend-unreachable' },
    });
    expect(await files.list(backupFolder)).toEqual([]);
  });

  test('that is interrupted leaves nothing behind', async () => {
    const { create, runner, apply, backend, files } = world();
    const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
    const abort = new AbortController();
    backend.beforeRead = () => abort.abort();
    expect(await apply(create, plan, abort.signal)).toMatchObject({ outcome: 'interrupted' });
    expect(await files.list(backupFolder)).toEqual([]);
  });
});

test('a crash at any change of the disk leaves a whole archive or none, and the one of before', async () => {
  const clock = virtualClock();
  const run = async (crashAt: number) => {
    const files = memoryFiles([backupFolder]);
    const backend = recordBackend(clock, games);
    const { backUp } = backupWorld({ backend, clock, stateDir: tempFolder(), files });
    await backUp('before');
    const before = files.changes();
    files.crashAfter(crashAt);
    return { files, report: await backUp('a'), changes: files.changes() - before };
  };
  const total = (await run(Number.POSITIVE_INFINITY)).changes;
  const seen = new Set<number>();
  for (let crashAt = 0; crashAt < total; crashAt++) {
    const { files, report } = await run(crashAt);
    for (const survival of survivals) {
      const store = createArchiveStore(backupFolder, { files: files.afterCrash(survival) });
      const { archives } = await store.list();
      seen.add(archives.length);
      expect(archives).toContainEqual(
        expect.objectContaining({ name: 'before', verifiedAtMs: expect.any(Number) }),
      );
      if (report.outcome === 'done') expect(archives).toHaveLength(2);
      for (const { name } of archives) {
        expect(await validateArchive(store, name, clock)).toMatchObject({ ok: true, games: 4 });
      }
      for (const { manifest } of (await store.list()).archives) expect(manifest).toMatchObject({ games: 4 });
    }
  }
  expect([...seen].sort()).toEqual([1, 2]);
}, 30_000);
