import { describe, expect, test } from 'vitest';
import type { BackupInput } from '../../../src/backup/create-plan.ts';
import { validateArchive } from '../../../src/backup/validate.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { memoryFiles } from '../../setup/memory-files.ts';
import { noisyGames } from '../../setup/noisy-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const mib = 1024 ** 2;

function world({ count = 50, maxBytes }: { count?: number; maxBytes?: number } = {}) {
  const clock = virtualClock();
  const backend = recordBackend(clock, noisyGames(count));
  const files = memoryFiles();
  const base = backupWorld({
    backend,
    clock,
    stateDir: tempFolder(),
    files,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  return { ...base, backend, clock, files };
}

describe('a limit of the size of archives', () => {
  test('stops the archive that would go over it, and leaves nothing of it', async () => {
    const { backUp, files } = world({ maxBytes: 4096 });
    const report = await backUp('a');
    expect(report.outcome).toBe('failed');
    expect(report.steps[0]?.state).toMatchObject({
      fault: {
        code: 'refused',
        message: expect.stringMatching(/^The archive would become larger than 4\S* KiB$/),
        next: expect.stringContaining('MAX_BACKUP_SIZE_GB'),
      },
    });
    expect(await files.list(backupFolder)).toEqual([]);
  });

  test('is told of beforehand, from the sizes of the games in the newest archive', async () => {
    const { backUp, create, runner, backend, store, clock, files } = world();
    await backUp('a');
    const { manifest } = (await store.list()).archives[0] ?? {};
    if (!manifest || manifest instanceof Error) throw manifest;
    for (const game of noisyGames(100)) backend.records.set(`current:${game.id}`, game);
    const maxBytes = manifest.storedBytes;
    const small = backupWorld({ backend, clock, stateDir: tempFolder(), files, maxBytes });
    const input = { name: 'b', includeCompleted: true };
    const plan = await small.runner.prepare(small.create, input);
    expect(plan.detail.expectedBytes).toBe(2 * manifest.storedBytes);
    expect(plan.warnings).toEqual([expect.stringContaining('larger than MAX_BACKUP_SIZE_GB')]);
    expect((await runner.prepare(create, input)).warnings).toEqual([]);
  });
});

describe('an estimate', () => {
  async function estimated(before: Partial<BackupInput>, asked: Partial<BackupInput> = {}, count = 50) {
    const { runner, create, apply, store } = world({ count });
    await apply(create, await runner.prepare(create, { name: 'a', includeCompleted: true, ...before }));
    const plan = await runner.prepare(create, { name: 'b', includeCompleted: true, ...asked });
    await apply(create, plan);
    const made = (await store.list()).archives.find(({ name }) => name === 'b')?.manifest;
    if (!made || made instanceof Error) throw made;
    return { expectedBytes: plan.detail.expectedBytes, made };
  }

  test('goes by the codec that is asked for', async () => {
    const { expectedBytes = 0, made } = await estimated({}, { packing: { codec: 'none' } });
    expect(expectedBytes).toBeGreaterThan(0.9 * made.rawBytes);
    expect(expectedBytes).toBeLessThan(1.1 * made.storedBytes);
  });

  test('says that it is of the games as they are while no archive tells how well they compress', async () => {
    const { runner, create, apply } = world({ count: 50 });
    const said = async (name: string) =>
      (await runner.prepare(create, { name, includeCompleted: true })).changes[0]?.to;
    const asIs = { name: 'a', includeCompleted: true, packing: { codec: 'none' } } as const;
    await apply(create, await runner.prepare(create, asIs));
    expect(await said('b')).toMatch(/likely .*B before they are compressed$/);
    await apply(create, await runner.prepare(create, { name: 'b', includeCompleted: true }));
    expect(await said('c')).toMatch(/likely .*B$/);
  });

  test('does not go by an archive of so few games that it tells little', async () => {
    const one = { where: { idPattern: noisyGames(1)[0]?.id ?? '' } };
    expect((await estimated(one)).expectedBytes).toBeUndefined();
  });
});

describe('what a restore keeps', () => {
  test('is likely not to fit where there is less room, and the plan says so', async () => {
    const { backUp, files, restore, runner, backend } = world();
    await backUp('a');
    for (const game of noisyGames(50)) backend.records.set(`current:${game.id}`, { ...game, revision: 9 });
    const plan = () => runner.prepare(restore, { archive: 'a', onExisting: 'overwrite' });
    expect((await plan()).warnings.join('\n')).not.toContain('to fit');
    files.limit(Math.ceil(files.bytes(`${backupFolder}/a.gka`).length * 1.5));
    expect((await plan()).warnings).toContainEqual(
      expect.stringMatching(/^Archive .*-before-restore is likely not to fit/),
    );
  });
});

describe('a disk', () => {
  test('that becomes full leaves the archives of before, whole, and nothing else', async () => {
    const { backUp, files, store, clock, backend } = world();
    await backUp('a');
    const usedBytes = files.bytes(`${backupFolder}/a.gka`).length;
    for (const game of noisyGames(400)) backend.records.set(`current:${game.id}`, game);
    files.limit(Math.ceil((usedBytes + 4096) * (20 / 19)));
    const report = await backUp('b');
    expect(report.outcome).toBe('failed');
    expect(report.steps[0]?.state).toMatchObject({
      fault: { code: 'io-failed', message: expect.stringContaining('stay free for others') },
    });
    expect((await files.list(backupFolder))?.filter((name) => !name.startsWith('a.'))).toEqual([]);
    expect((await store.list()).archives).toMatchObject([{ name: 'a', verifiedAtMs: clock.now() }]);
    expect(await validateArchive(store, 'a', clock)).toMatchObject({ ok: true, games: 50 });
  });

  test('that others fill meanwhile stops the archive at any write, and nothing of it is left', async () => {
    const probe = world();
    await probe.backUp('a');
    const total = probe.files.changes();
    for (let at = 1; at < total; at++) {
      const { backUp, files, store, clock } = world();
      files.fillAfter(at);
      const report = await backUp('a');
      files.fillAfter(Number.POSITIVE_INFINITY);
      files.limit(2 ** 50);
      const { archives } = await store.list().catch(() => ({ archives: [] }));
      if (report.outcome === 'done') expect(archives).toHaveLength(1);
      for (const { name } of archives) expect((await validateArchive(store, name, clock)).ok).toBe(true);
      const left = ((await files.list(backupFolder)) ?? []).filter((name) => name.endsWith('.part'));
      expect(left).toEqual([]);
    }
  });

  test('without room is told of in the plan', async () => {
    const { files, runner, create } = world();
    files.limit(1 * mib);
    files.put('/elsewhere/big', Buffer.alloc(1 * mib - 100));
    const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
    expect(plan.warnings).toEqual([expect.stringContaining('likely not to fit')]);
  });
});

test('where neither storage nor an archive tells, the plan says that the size is not known', async () => {
  const { runner, create } = world();
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  expect(plan.unverified).toContain('How large the archive will become');
  expect(plan.detail).not.toHaveProperty('expectedBytes');
});
