import { describe, expect, test } from 'vitest';
import { Confirmed, type Plan } from '../../../src/action/plan.ts';
import { createRunner } from '../../../src/action/run.ts';
import { holdStorage } from '../../../src/action/storage-lock.ts';
import { refuseWrites } from '../../../src/backend/read-only.ts';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import { createPruneAction, removeArchives } from '../../../src/backup/prune.ts';
import type { PruneDetail, PruneInput } from '../../../src/backup/prune-plan.ts';
import { validateArchive } from '../../../src/backup/validate.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { interruptible } from '../../../src/base/interruptible.ts';
import { backupFolder } from '../../setup/backup-world.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { silent } from '../../setup/counter-action.ts';
import { datedArchives } from '../../setup/dated-archives.ts';
import { survivals } from '../../setup/memory-files.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const dayMs = 24 * 60 * 60_000;

function world() {
  const clock = virtualClock();
  const archives = datedArchives(clock);
  const storage = recordBackend(clock);
  const parts = { store: archives.store, storage, environment: 'staging', clock, retentionMs: 30 * dayMs };
  const action = createPruneAction(parts);
  const run = (between?: () => Promise<unknown> | unknown, input: PruneInput = few) =>
    carryOut(action, input, between);
  /** The last step of a plan that was made now. */
  const removal = async () => {
    const { detail } = await action.draft(few);
    const context = { signal: new AbortController().signal, progress: () => {} };
    return () => removeArchives(archives.store, detail.remove, context);
  };
  return { ...archives, clock, parts, action, run, removal };
}

/** Of one state folder. */
function runsHere() {
  const [environment, actor] = ['staging', { user: 'ana', host: 'bastion' }];
  const options = { stateDir: tempFolder(), environment, simulated: false, actor };
  const runner = createRunner({ ...options, clock: systemClock, random: randomHex });
  type Prune = ReturnType<typeof createPruneAction>;
  return {
    prepare: (action: Prune) => runner.prepare(action, few),
    apply: (action: Prune, plan: Plan<PruneDetail>) =>
      runner.apply(action, Confirmed.byTyping(plan, environment), silent, new AbortController().signal),
  };
}

const few: PruneInput = { keepLast: 1, keepDaily: 1, keepWeekly: 1 };

/** A new one, and two that are old enough to go. */
async function withOldOnes() {
  const made = world();
  await made.put('new', { ageDays: 0 });
  await made.put('old', { ageDays: 40 });
  await made.put('older', { ageDays: 50 });
  return made;
}

describe('pruning archives', () => {
  test('removes exactly those that the plan shows, after reading the newest back', async () => {
    const { action, run, names } = await withOldOnes();
    const { title, changes, steps } = await action.draft(few);
    expect(title).toMatch(/^Remove 2 of 3 archives \(.+\) from \/archives, made more than 30 d before new$/);
    expect(changes.map(({ target, effect }) => [target, effect])).toEqual([
      ['new', 'unchanged'],
      ['old', 'delete'],
      ['older', 'delete'],
    ]);
    expect(steps).toEqual(['Read the newest verified archive back', 'Remove the archives']);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(await names()).toEqual(['new']);
  });

  test('shows without a change what it would do: a plan removes nothing', async () => {
    const { action, names, files } = await withOldOnes();
    const before = files.changes();
    await action.draft(few);
    expect(files.changes()).toBe(before);
    expect(await names()).toEqual(['new', 'old', 'older']);
  });

  test('a second time has nothing to do, and says so', async () => {
    const { run, names } = await withOldOnes();
    await run();
    const again = await run();
    expect(again).toMatchObject({ outcome: 'done', steps: [{ state: { kind: 'unchanged' } }] });
    expect(await names()).toEqual(['new']);
  });

  test('removes nothing when the newest verified archive turns out damaged', async () => {
    const { run, names, files } = await withOldOnes();
    const path = `${backupFolder}/new.gka`;
    const report = await run(() => {
      const bytes = files.bytes(path);
      bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    });
    expect(report).toMatchObject({
      outcome: 'failed',
      steps: [{ state: { fault: { code: 'integrity' } } }, {}],
    });
    expect(await names()).toEqual(['new', 'old', 'older']);
  });

  test('refuses a plan once other archives would go', async () => {
    const { run, put, names } = await withOldOnes();
    await expect(run(() => put('forgotten', { ageDays: 45 }))).rejects.toMatchObject({ code: 'stale' });
    expect(await names()).toEqual(['forgotten', 'new', 'old', 'older']);
  });

  test('applies a plan all the same when only a newer backup was made', async () => {
    const { run, put, names, clock } = await withOldOnes();
    const report = await run(async () => {
      clock.advance(1000);
      await put('newest', { ageDays: 0 });
    });
    expect(report.outcome).toBe('done');
    expect(await names()).toEqual(['new', 'newest']);
  });

  test('leaves alone an archive that was replaced while the newest was read back', async () => {
    const { removal, put, names, store } = await withOldOnes();
    const remove = await removal();
    await store.remove(await store.resolve('old'));
    await put('old', { ageDays: 40, games: 2 });
    expect(await remove()).toMatchObject({ kind: 'failed', fault: { code: 'partial' } });
    expect(await names()).toEqual(['new', 'old']);
  });

  test('ignores what failed, what is of another environment and what cannot be read', async () => {
    const { put, run, names, files, action } = await withOldOnes();
    await put('failed', { ageDays: 60, verified: false });
    await put('of-production', { ageDays: 60, environment: 'production' });
    await put('unreadable', { ageDays: 60 });
    files.put(`${backupFolder}/unreadable.manifest.json`, Buffer.from('{'));
    const { changes, warnings } = await action.draft(few);
    expect(
      changes
        .filter(({ effect }) => effect === 'skip')
        .map(({ target }) => target)
        .sort(),
    ).toEqual(['failed', 'of-production', 'unreadable']);
    expect(warnings.join()).toContain('Left alone and not counted');
    await run();
    expect(await names()).toEqual(['failed', 'new', 'of-production', 'unreadable']);
  });

  test('keeps what there is of each storage, however new the archives of another one are', async () => {
    const { put, run, names, action } = await withOldOnes();
    for (const ageDays of [45, 46, 90]) await put(`other-${ageDays}`, { ageDays, source: 'redis://other/0' });
    const { title, warnings, detail } = await action.draft(few);
    expect(title).toMatch(/^Remove 3 of 6 .+ before (new, other-45|other-45, new)$/);
    expect(detail.readBack.map(({ name }) => name).sort()).toEqual(['new', 'other-45']);
    expect(warnings).toEqual([]);
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect(await names()).toEqual(['new', 'other-45', 'other-46']);
  });

  test('removes nothing of a storage of which no archive of all games is verified, and names it', async () => {
    const { put, run, names, action } = await withOldOnes();
    await put('other-part', { ageDays: 45, source: 'redis://other/0', purpose: 'before-restore' });
    const { warnings } = await action.draft(few);
    expect(warnings).toEqual([expect.stringMatching(/^Nothing goes of redis:\/\/other\/0: no archive/)]);
    await run();
    expect(await names()).toEqual(['new', 'other-part']);
  });

  test('believes no manifest that was edited: the newest, dated back, stays and counts for nothing', async () => {
    const { put, run, names, files } = await withOldOnes();
    await put('dated-back', { ageDays: 0 });
    const path = `${backupFolder}/dated-back.manifest.json`;
    const said = JSON.parse(files.bytes(path).toString());
    const [startedAtMs, endedAtMs] = [said.startedAtMs - 33 * dayMs, said.endedAtMs - 33 * dayMs];
    files.put(path, Buffer.from(JSON.stringify({ ...said, startedAtMs, endedAtMs })));
    await run();
    expect(await names()).toEqual(['dated-back', 'new']);
  });

  test('goes by its validation where the newest is encrypted and the key is not here, and says so', async () => {
    const { parts, store, names } = await withOldOnes();
    const open = async () => {
      throw new Fault('cannot-decrypt', 'There is no key');
    };
    const action = createPruneAction({ ...parts, store: { ...store, open } });
    const { steps, unverified } = await action.draft(few);
    expect(steps).toEqual(['Remove the archives']);
    expect(unverified).toEqual([
      expect.stringContaining('Whether new can still be read: its key is not here'),
    ]);
    expect(await carryOut(action, few)).toMatchObject({ outcome: 'done' });
    expect(await names()).toEqual(['new']);
  });

  test('removes nothing while no archive of all games is verified', async () => {
    const { put, run, names, action } = world();
    await put('unverified', { ageDays: 0, verified: false });
    await put('empty', { ageDays: 1, games: 0 });
    await put('of-some', { ageDays: 1, filter: { includeCompleted: true, where: { phases: ['TURN'] } } });
    await put('lacking', { ageDays: 1, lacks: ['list'] });
    await put('old-safety', { ageDays: 90, purpose: 'before-restore' });
    expect((await action.draft(few)).warnings[0]).toContain('no archive of all games is verified');
    await run();
    expect(await names()).toHaveLength(5);
  });

  test('goes by no archive that was resumed after its storage had lost games, but by one of which few ended', async () => {
    const { put, run, names } = world();
    await put('real', { ageDays: 40 });
    const readBefore = { games: 100, untilMs: 0 };
    await put('lost', { ageDays: 0, resumed: { ...readBefore, gone: 11 } });
    await run();
    expect(await names()).toEqual(['lost', 'real']);
    await put('churn', { ageDays: 0, resumed: { ...readBefore, gone: 10 } });
    await run();
    expect(await names()).toEqual(['churn', 'lost']);
  });

  test('keeps archives of retired games unless it is told that they may go', async () => {
    const { put, run, names } = await withOldOnes();
    await put('retired', { ageDays: 90, purpose: 'retired' });
    await run();
    expect(await names()).toEqual(['new', 'retired']);
    await run(undefined, { ...few, includeRetired: true });
    expect(await names()).toEqual(['new']);
  });

  test('waits for whatever backs up, restores or retires on the same storage, from any machine', async () => {
    const { run, names, parts } = await withOldOnes();
    const holder = { pid: 1, user: 'ben', host: 'elsewhere', sinceMs: 0, what: 'run x, Retire 2 games' };
    const retiring = await holdStorage(parts.storage, 'retire', holder, parts.clock);
    await expect(run()).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('run x, Retire 2 games'),
    });
    expect(await names()).toEqual(['new', 'old', 'older']);
    await retiring.release();
    expect((await run()).outcome).toBe('done');
  });

  test('excludes other prunes of its location, whichever storage they are for', async () => {
    const { action, parts, store, names } = await withOldOnes();
    const storage = { ...recordBackend(parts.clock), location: 'other' };
    let refused: unknown;
    const busy = createPruneAction({
      ...parts,
      store: {
        ...store,
        async remove(ref) {
          refused ??= await apply(action, await prepare(action)).catch((fault: unknown) => fault);
          return store.remove(ref);
        },
      },
      storage,
    });
    const { prepare, apply } = runsHere();
    expect(await apply(busy, await prepare(busy))).toMatchObject({ outcome: 'done' });
    expect(refused).toMatchObject({ code: 'locked' });
    expect(await names()).toEqual(['new']);
  });

  test('names the storages whose runs it does not exclude', async () => {
    const { put, action } = await withOldOnes();
    expect((await action.draft(few)).unverified).toEqual([]);
    for (const ageDays of [45, 90]) await put(`other-${ageDays}`, { ageDays, source: 'redis://other/0' });
    expect((await action.draft(few)).unverified).toEqual([
      'Whether a restore or retirement goes by one of those of redis://other/0: only runs on memory are excluded',
    ]);
  });

  test('says so where the storage cannot hold the lock', async () => {
    const { parts } = await withOldOnes();
    const action = createPruneAction({ ...parts, storage: refuseWrites(recordBackend(parts.clock)) });
    const { unverified } = await action.draft(few);
    expect(unverified).toEqual([expect.stringMatching(/^Whether a restore or retirement goes by one of/)]);
    expect((await carryOut(action, few)).outcome).toBe('done');
  });

  test.each(['backend-failed', 'backend-unreachable'] as const)(
    'frees room also where the storage has none or is away (%s), and says what it cannot know',
    async (code) => {
      const { action, run, parts, names } = await withOldOnes();
      parts.storage.changeLock = () => Promise.reject(new Fault(code, 'MISCONF'));
      const { unverified } = await action.draft(few);
      expect(unverified).toEqual(['Whether a restore or retirement goes by one of these: MISCONF']);
      expect(await run()).toMatchObject({ outcome: 'done' });
      expect(await names()).toEqual(['new']);
    },
  );

  test('hears an interruption while the storage does not answer', async () => {
    const { action, parts, names } = await withOldOnes();
    const interruption = new AbortController();
    const hang = () => {
      parts.storage.changeLock = (_, signal) => {
        queueMicrotask(() => interruption.abort());
        return interruptible(() => new Promise<never>(() => {}), signal);
      };
    };
    await expect(carryOut(action, few, hang, interruption.signal)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(await names()).toEqual(['new', 'old', 'older']);
  });

  test('goes without the lock only where its plan has said so', async () => {
    const { run, parts, names } = await withOldOnes();
    const fail = () => {
      parts.storage.changeLock = () => Promise.reject(new Fault('backend-failed', 'MISCONF'));
    };
    await expect(run(fail)).rejects.toMatchObject({ code: 'backend-failed' });
    expect(await names()).toEqual(['new', 'old', 'older']);
  });

  test('removes nothing with a clock that was set back by a year', async () => {
    const { parts, clock, names } = await withOldOnes();
    const back = { ...clock, now: () => clock.now() - 365 * dayMs };
    expect(await carryOut(createPruneAction({ ...parts, clock: back }), few)).toMatchObject({
      outcome: 'done',
    });
    expect(await names()).toEqual(['new', 'old', 'older']);
  });

  test('is not found where there is no folder: that is not the same as no archives', async () => {
    await expect(world().action.draft(few)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an interrupted prune', () => {
  test('has removed some in whole, the oldest first, and says how many', async () => {
    const { parts, store, names } = await withOldOnes();
    let left = 1;
    const dying: typeof store = {
      ...store,
      remove: async (ref) => {
        if (left-- === 0) throw new Fault('io-failed', 'The disk is gone');
        return store.remove(ref);
      },
    };
    const report = await carryOut(createPruneAction({ ...parts, store: dying }), few);
    expect(report).toMatchObject({ outcome: 'partial' });
    expect(report.steps.at(-1)?.state).toMatchObject({ fault: { code: 'partial' } });
    expect(await names()).toEqual(['new', 'old']);
  });

  test.each(survivals)(
    'leaves at every cut of the power the newest, and nothing damaged (%s)',
    async (survival) => {
      let ended = false;
      for (let changes = 0; !ended; changes++) {
        const { files, clock, removal } = await withOldOnes();
        files.crashAfter(changes);
        ended = (await (await removal())()).kind === 'done';
        const store = createArchiveStore(backupFolder, { files: files.afterCrash(survival), clock });
        const { archives } = await store.list();
        expect(archives.map(({ name }) => name)).toContain('new');
        for (const { name, manifest } of archives) {
          expect(await validateArchive(store, name, clock)).toMatchObject({ ok: true });
          // One that lost its manifest alone says so; validating has written it anew.
          if (manifest instanceof Fault) expect(manifest.code).toBe('not-found');
        }
        expect(changes).toBeLessThan(50);
      }
    },
  );
});
