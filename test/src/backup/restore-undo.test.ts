import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/action/action.ts';
import { restorePolicies } from '../../../src/backup/restore-decision.ts';
import { Fault } from '../../../src/base/fault.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { heldGames } from '../../setup/held-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { atTurn, restoreWorld } from '../../setup/restore-world.ts';
import { archiveAndTarget, untilExpiredMs } from '../../setup/restored-games.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** `x` was overwritten, `new` made, and `same` was so already. */
async function restored() {
  const room = await restoreWorld(
    [atTurn('x', 3), atTurn('new', 1), atTurn('same', 5)],
    [atTurn('x', 7), atTurn('same', 5)],
  );
  const before = room.backend.digests();
  const report = await room.restoreAll();
  expect(report.outcome).toBe('done');
  return { ...room, before, report };
}

const safetyOf = (report: Report) => report.changes[0]?.target.replace('archive ', '') ?? '';

describe('the undoing of a restore', () => {
  test('says what comes back and what goes, keeps that first, and proves both', async () => {
    const { planUndo, apply, restore, backend, before, report } = await restored();
    const plan = await planUndo(report.runId);
    expect(plan.title).toBe(
      `Undo restore ${report.runId} in memory, games: 0 to create, 1 to overwrite, 1 to delete, 0 unchanged, 0 to skip`,
    );
    expect(plan.changes).toEqual([
      {
        target: expect.stringMatching(/^archive .*-before-restore-2$/),
        effect: 'create',
        why: 'keeps the games that are overwritten or removed',
      },
      { target: 'x', effect: 'update', from: 'revision 3, TURN', to: 'revision 7, TURN' },
      { target: 'new', effect: 'delete', from: 'revision 1, TURN', why: `made by run ${report.runId}` },
    ]);
    expect(plan.steps).toEqual([
      'Verify the archive',
      'Keep the games that will be overwritten or removed',
      'Write the games',
      'Remove the games',
    ]);
    const undone = await apply(restore, plan);
    expect(undone.outcome).toBe('done');
    expect(undone.checks).toMatchObject([
      { name: 'Games equal to the archive', kind: 'pass', found: '1 of 1 game' },
      { name: 'Games gone from storage', kind: 'pass', found: '1 of 1 game' },
      { kind: 'pass' },
    ]);
    expect(backend.digests()).toEqual(before);
  });

  test('can be undone as well, which is the restore once more', async () => {
    const { undo, backend, report } = await restored();
    const after = backend.digests();
    const undone = await undo(report.runId);
    expect(await undo(undone.runId)).toMatchObject({ outcome: 'done' });
    expect(backend.digests()).toEqual(after);
  });

  test('twice changes nothing more', async () => {
    const { undo, planUndo, report } = await restored();
    await undo(report.runId);
    const again = await planUndo(report.runId);
    expect(again.changes.map(({ effect }) => effect)).toEqual(['unchanged', 'unchanged']);
  });

  test('of a run that only made games needs no archive', async () => {
    const { restoreAll, undo, backend, store } = await restoreWorld([atTurn('new', 1)], []);
    const { runId } = await restoreAll();
    await store.remove(await store.resolve('a'));
    expect(await undo(runId)).toMatchObject({ outcome: 'done', steps: [{}, { name: 'Remove the games' }] });
    expect(backend.digests()).toEqual({});
  });

  test('leaves alone what was played on since, unless it is told to overwrite it', async () => {
    const { planUndo, apply, restore, put, backend, report } = await restored();
    put(atTurn('x', 4));
    put(atTurn('new', 2));
    await expect(planUndo(report.runId)).rejects.toMatchObject({
      code: 'conflict',
      message: '2 games exist and differ from the archive: x, new',
    });
    put(atTurn('x', 7));
    const mixed = await planUndo(report.runId, 'skip');
    expect(mixed.changes.map(({ target, effect }) => [target, effect])).toContainEqual(['new', 'skip']);
    expect(mixed.warnings).toContain('Not restored: new');
    put(atTurn('x', 4));
    const skipping = await planUndo(report.runId, 'skip');
    expect(skipping.changes.map(({ effect, why }) => `${effect}: ${why}`)).toEqual([
      'skip: changed since, and left alone',
      'skip: changed since, and left alone',
    ]);
    const report2 = await apply(restore, await planUndo(report.runId, 'overwrite'));
    expect(report2.outcome).toBe('done');
    expect(backend.records.get('current:x')).toEqual(atTurn('x', 7));
    expect(backend.records.has('current:new')).toBe(false);
    // What was played since is in the archive that it made.
    await apply(restore, await planUndo(report2.runId));
    expect(backend.records.get('current:x')).toEqual(atTurn('x', 4));
    expect(backend.records.get('current:new')).toEqual(atTurn('new', 2));
  });

  test('goes stale when a game moves after the preview', async () => {
    const { planUndo, apply, restore, put, report } = await restored();
    const plan = await planUndo(report.runId);
    put(atTurn('new', 2));
    await expect(apply(restore, plan)).rejects.toMatchObject({ code: 'stale' });
  });

  test('is refused where the archive of what it replaced is gone or damaged', async () => {
    const { planUndo, store, files, report } = await restored();
    const name = safetyOf(report);
    const path = `${backupFolder}/${name}.gka`;
    const bytes = Buffer.from(files.bytes(path));
    bytes[bytes.length - 300] = (bytes[bytes.length - 300] ?? 0) ^ 1;
    files.put(path, bytes);
    await expect(planUndo(report.runId)).rejects.toMatchObject({ code: 'integrity' });
    await store.remove(await store.resolve(name));
    await expect(planUndo(report.runId)).rejects.toMatchObject({
      code: 'not-found',
      message: `Archive ${name}, which kept what run ${report.runId} replaced, is gone: x`,
    });
  });

  test('reads nothing but the archive that the run made, whatever has its name', async () => {
    const { planUndo, store, put, backUp, backend, report } = await restored();
    const name = safetyOf(report);
    await store.remove(await store.resolve(name));
    put(atTurn('x', 99));
    await backUp(name);
    put(atTurn('x', 3));
    backend.writes.length = 0;
    await expect(planUndo(report.runId, 'overwrite')).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringMatching(
        new RegExp(`^/archives/${name}.gka is not what run ${report.runId} kept, but an archive made by ana`),
      ),
    });
    expect(backend.writes).toEqual([]);
  });

  describe('of a game that moved before it was kept, and was left alone', () => {
    async function moved() {
      const room = await restoreWorld([atTurn('x', 3)], [atTurn('x', 7)]);
      const { files, put, plan, apply, restore } = room;
      const wanted = await plan();
      const began = files.create;
      files.create = async (path) => {
        put(atTurn('x', 8));
        return began(path);
      };
      const report = await apply(restore, wanted);
      files.create = began;
      expect(room.backend.records.get('current:x')).toEqual(atTurn('x', 8));
      return { ...room, report };
    }

    test('leaves it alone too', async () => {
      const { planUndo, report } = await moved();
      const { changes, warnings } = await planUndo(report.runId);
      expect(changes).toEqual([]);
      expect(warnings[0]).toBe('Left as they are, for the run replaced nothing there: x');
    });

    test('leaves it alone also where another run has restored it since', async () => {
      const { planUndo, put, report } = await moved();
      put(atTurn('x', 3));
      const { changes, warnings } = await planUndo(report.runId);
      expect(changes).toEqual([]);
      expect(warnings[0]).toBe('Left as they are, for the run replaced nothing there: x');
    });
  });

  test('leaves alone what a server had brought further than the archive under "newer", and so was not replaced', async () => {
    const admin = heldGames('one');
    const { plan, planUndo, apply, restore, put } = await restoreWorld(
      [atTurn('live', 8)],
      [atTurn('live', 7)],
      admin,
    );
    admin.load('one', 'live', { revision: 7 });
    const wanted = await plan('newer');
    admin.onEvict = async () => void put(atTurn('live', 9));
    const { runId } = await apply(restore, wanted);
    put(atTurn('live', 10));
    const { changes, warnings } = await planUndo(runId);
    expect(changes).toEqual([]);
    expect(warnings[0]).toBe('Left as they are, for the run replaced nothing there: live');
  });

  test('of a run that stopped before it kept anything has nothing to do', async () => {
    const { plan, apply, restore, files, runner, planUndo } = await (async () => {
      const room = await restoreWorld([atTurn('x', 3)], [atTurn('x', 7)]);
      const plan = await room.runner.prepare(room.restore, { archive: 'a', onExisting: 'overwrite' });
      return { ...room, plan };
    })();
    files.crashAfter(0);
    await apply(restore, plan);
    files.crashAfter(Number.POSITIVE_INFINITY);
    const [run] = await runner.past.of('backup restore');
    const undo = await planUndo(run?.run ?? '');
    expect(undo.changes).toEqual([]);
    expect(undo.warnings[0]).toBe('Left as they are, for the run replaced nothing there: x');
  });

  test('is of a restore, by the id of its run', async () => {
    const { planUndo } = await restored();
    await expect(planUndo('20260101T000000Z-abcdef')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('is refused on another target than the restore went to', async () => {
    const { clock, files, stateDir, report } = await restored();
    const elsewhere = { ...recordBackend(clock), location: 'another memory' };
    const there = backupWorld({ backend: elsewhere, clock, files, stateDir });
    await expect(there.undo(report.runId)).rejects.toMatchObject({
      code: 'refused',
      message: `Run ${report.runId} restored to memory, and this is another memory`,
    });
  });

  test('of a restore to another place goes to that place', async () => {
    const clock = virtualClock();
    const [here, copy] = [recordBackend(clock, [atTurn('x', 3)]), recordBackend(clock, [atTurn('x', 1)])];
    const elsewhere = () => ({
      backend: { ...copy, location: 'a copy' },
      admin: undefined,
      isPlayed: false,
    });
    const room = backupWorld({ backend: here, clock, stateDir: tempFolder(), elsewhere });
    await room.backUp('a');
    const report = await room.restoreAll({ to: 'redis/copy:' });
    expect(report.title).toContain('Restore a to a copy, games: 0 to create, 1 to overwrite');
    expect(copy.records.get('current:x')).toEqual(atTurn('x', 3));
    expect(await room.undo(report.runId)).toMatchObject({ outcome: 'done' });
    expect(copy.records.get('current:x')).toEqual(atTurn('x', 1));
    expect(here.writes).toEqual([]);
  });

  test('brings back exactly what was there before any restore', async () => {
    const policies = fc.constantFrom(...restorePolicies);
    await fc.assert(
      fc.asyncProperty(archiveAndTarget, policies, async ({ archived, present }, onExisting) => {
        const { runner, restore, apply, undo, backend, clock } = await restoreWorld(archived, present);
        clock.advance(untilExpiredMs);
        const before = backend.digests();
        const plan = await runner.prepare(restore, { archive: 'a', onExisting }).catch(conflict);
        if (!plan) return;
        const { runId } = await apply(restore, plan);
        const undone = await undo(runId);
        expect(backend.digests()).toEqual(before);
        expect(undone.outcome).toBe('done');
      }),
      { numRuns: 25 },
    );
  }, 30_000);
});

function conflict(thrown: unknown): undefined {
  if (thrown instanceof Fault && thrown.code === 'conflict') return undefined;
  throw thrown;
}
