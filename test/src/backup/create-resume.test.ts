/** Backups that were interrupted and go on. */
import { describe, expect, test } from 'vitest';
import type { BackupInput } from '../../../src/backup/create-plan.ts';
import { listedOf } from '../../../src/backup/protection.ts';
import { checkStored, validateArchive } from '../../../src/backup/validate.ts';
import { Fault } from '../../../src/base/fault.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { noisyGames } from '../../setup/noisy-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** Of 1.1 KiB each, so that two chunks are finished when the storage goes away. */
const count = 2600;
const readBefore = 2400;

function world() {
  const clock = virtualClock();
  const backend = recordBackend(clock, noisyGames(count));
  const base = backupWorld({ backend, clock, stateDir: tempFolder() });
  const { create, runner, apply, files, store } = base;
  const input = { name: 'a', includeCompleted: true };
  return {
    ...base,
    backend,
    clock,
    input,
    left: async () => ((await files.list(backupFolder)) ?? []).filter((name) => name.endsWith('.part')),
    /** Until it has read so many games. */
    async interrupted(more: Partial<BackupInput> = {}, afterGames = readBefore) {
      let read = 0;
      backend.beforeRead = (keys) => {
        read += keys.length;
        if (read > afterGames) throw new Fault('backend-unreachable', 'It went away');
      };
      const report = await apply(create, await runner.prepare(create, { ...input, ...more }));
      backend.beforeRead = () => {};
      return report;
    },
    resume: (more: Partial<BackupInput> = {}) =>
      runner.prepare(create, { includeCompleted: false, resume: true, ...more }),
    async archived() {
      const digests: Record<string, string> = {};
      await checkStored(store, await store.resolve('a'), {
        onRecord({ record: { layout, id }, digest }) {
          digests[`${layout}:${id}`] = digest;
        },
      });
      return digests;
    },
  };
}

describe('a backup whose storage goes away', () => {
  test('goes on later with what it had finished, and reads only the rest', async () => {
    const { interrupted, resume, runner, input, apply, create, backend, clock, store, left, archived } =
      world();
    const report = await interrupted();
    expect(report.steps[0]?.state).toMatchObject({
      fault: {
        code: 'backend-unreachable',
        next: expect.stringContaining('backup create --resume --name a'),
      },
    });
    expect((await store.list()).archives).toEqual([]);
    expect(await left()).toHaveLength(1);

    expect((await runner.prepare(create, input)).warnings[0]).toMatch(
      /^There is what a backup a had read, .*iB: if it was interrupted, --resume --name a may go on with it$/,
    );
    const before = backend.digests();
    backend.records.set('current:game-0', gameRecord({ id: 'game-0', revision: 9 }));
    backend.records.delete('current:game-1');
    backend.records.set('current:new', gameRecord({ id: 'new' }));
    clock.advance(60_000);
    const plan = await resume();
    const kept = plan.detail.resumes?.games ?? 0;
    expect(kept).toBeGreaterThan(900);
    expect(plan.warnings[0]).toContain('stay as they were read from 2026-11-23T03:00:00.000Z');
    const read: string[] = [];
    backend.beforeRead = (keys) => read.push(...keys.map(({ id }) => id));
    expect((await apply(create, plan)).outcome).toBe('done');

    // Those that were kept cost the storage nothing.
    expect(read).toHaveLength(count + 1 - kept);
    expect(read).toContain('new');
    const after = backend.digests();
    expect(await archived()).toEqual({
      ...after,
      ...Object.fromEntries(['game-0', 'game-1'].map((id) => [`current:${id}`, before[`current:${id}`]])),
    });
    expect((await store.list()).archives).toMatchObject([
      {
        name: 'a',
        verifiedAtMs: clock.now(),
        manifest: {
          startedAtMs: clock.now() - 60_000,
          filter: { includeCompleted: true },
          games: count + 1,
          gamesByPhase: { TURN: count + 1 },
          resumed: { games: kept, gone: 1 },
        },
      },
    ]);
    expect(await left()).toEqual([]);
  });

  test('and comes back without its games is backed up in part: nothing goes by what was read before', async () => {
    const { interrupted, resume, apply, create, backend, store } = world();
    await interrupted();
    backend.records.clear();
    const report = await apply(create, await resume());
    expect(report.outcome).toBe('partial');
    expect(report.checks).toContainEqual({
      name: 'Games that were read',
      kind: 'fail',
      found: expect.stringMatching(
        /^1,950 games gone from storage since: no prune and no gauge goes by this archive/,
      ),
    });
    const row = await store.row(await store.resolve('a'));
    if (row.manifest instanceof Fault) throw row.manifest;
    expect(listedOf(row, row.manifest)).toMatchObject({ isVerified: true, kind: 'part' });
  });

  test('may be interrupted once more', async () => {
    const { interrupted, resume, apply, create, clock, store, left, archived, backend } = world();
    await interrupted();
    await interrupted({ resume: true }, 100);
    expect((await apply(create, await resume({ name: 'a' }))).outcome).toBe('done');
    expect(await archived()).toEqual(backend.digests());
    expect((await validateArchive(store, 'a', clock)).ok).toBe(true);
    expect(await left()).toHaveLength(1);
  });

  test('by an operator goes on too', async () => {
    const { runner, create, apply, backend, resume, input, archived } = world();
    const abort = new AbortController();
    let read = 0;
    backend.beforeRead = (keys) => {
      read += keys.length;
      if (read > readBefore) abort.abort();
    };
    const plan = await runner.prepare(create, input);
    expect((await apply(create, plan, abort.signal)).outcome).toBe('interrupted');
    expect((await apply(create, await resume())).outcome).toBe('done');
    expect(await archived()).toEqual(backend.digests());
  });

  test('reads a chunk again that is not what was written', async () => {
    const { interrupted, resume, apply, create, files, left, archived, backend } = world();
    await interrupted();
    const [part = ''] = await left();
    const bytes = files.bytes(`${backupFolder}/${part}`);
    bytes.writeUInt8(bytes.readUInt8(2000) ^ 1, 2000);
    expect((await apply(create, await resume())).outcome).toBe('done');
    expect(await archived()).toEqual(backend.digests());
  });
});

describe('going on with a backup', () => {
  test('is refused where none was interrupted, or only one of another name or storage', async () => {
    const { resume, interrupted } = world();
    const none = { code: 'not-found', message: expect.stringContaining('no interrupted backup') };
    await expect(resume()).rejects.toMatchObject(none);
    await interrupted();
    await expect(resume({ name: 'b' })).rejects.toMatchObject(none);
    await expect(resume({ name: 'a' })).resolves.toBeDefined();
  });

  test('is stale once what it goes on with is another', async () => {
    const { resume, interrupted, apply, create, files, left } = world();
    await interrupted();
    const plan = await resume();
    const [part = ''] = await left();
    files.put(`${backupFolder}/${part}`, files.bytes(`${backupFolder}/${part}`).subarray(0, -1));
    await expect(apply(create, plan)).rejects.toMatchObject({ code: 'stale' });
  });
});

test('what ends a backup for good is not kept to go on with', async () => {
  const { backend, left, apply, runner, create, input } = world();
  backend.unreadable.add('legacy:list');
  expect((await apply(create, await runner.prepare(create, input))).outcome).toBe('failed');
  expect(await left()).toEqual([]);
});
