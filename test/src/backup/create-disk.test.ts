/** Backups in processes of their own on a real disk: killed for good, and on one that becomes full. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import { validateArchive } from '../../../src/backup/validate.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const script = fileURLToPath(new URL('../../setup/backup-process.ts', import.meta.url));
const run = promisify(execFile);

interface Ended {
  readonly outcomes: readonly string[];
  readonly listed: readonly { readonly name: string; readonly ok: boolean; readonly verified: boolean }[];
  readonly entries: readonly string[];
  readonly changes: number;
}

async function backUp(folder: string, killedAt: number, ...orders: readonly string[]): Promise<Ended> {
  const { stdout } = await run(process.execPath, [script, folder, tempFolder(), String(killedAt), ...orders]);
  return JSON.parse(stdout);
}

test('a backup that is killed at a write leaves the archives of before, and none that does not validate', async () => {
  // Counted once: both backups change the disk equally often.
  const { changes } = await backUp(tempFolder(), -1, 'a:20', 'b:20');
  const points = [0.65, 0.82, 0.97].map((share) => Math.floor(share * changes));
  const listed = await Promise.all(
    points.map(async (point) => {
      const folder = tempFolder();
      await expect(backUp(folder, point, 'a:20', 'b:20')).rejects.toMatchObject({ signal: 'SIGKILL' });
      const store = createArchiveStore(folder);
      const { archives } = await store.list();
      expect(archives).toContainEqual(
        expect.objectContaining({ name: 'a', verifiedAtMs: expect.any(Number) }),
      );
      for (const { name } of archives) {
        expect(await validateArchive(store, name, systemClock)).toMatchObject({ ok: true, games: 20 });
      }
      return archives.length;
    }),
  );
  // Before it was published, and after.
  expect(new Set(listed)).toEqual(new Set([1, 2]));
});

/** A disk of this size, for the command alone; no rights are needed where the kernel lets users have namespaces. */
const mounted = (folder: string, sizeMib: number) => [
  '-Urm',
  ...['sh', '-c', `mount -t tmpfs -o size=${sizeMib}m tmpfs "$0" && exec "$@"`, folder],
];
const canMount = spawnSync('unshare', [...mounted('/tmp', 1), 'true']).status === 0;

// Elsewhere only the disk in memory fills up.
if (canMount)
  describe('on a disk of 2 MiB', () => {
    test('a backup that does not fit leaves nothing, and the archives of before as they were', async () => {
      const folder = tempFolder();
      const command = [
        process.execPath,
        script,
        join(folder, 'archives'),
        tempFolder(),
        '-1',
        'a:200',
        'b:4000',
      ];
      const { stdout } = await run('unshare', [...mounted(folder, 2), ...command]);
      const { outcomes, listed, entries }: Ended = JSON.parse(stdout);
      expect(outcomes).toEqual(['done', expect.stringMatching(/^failed: .* has only .* free/)]);
      expect(listed).toEqual([{ name: 'a', ok: true, verified: true }]);
      expect([...entries].sort()).toEqual(['a.gka', 'a.manifest.json', 'a.verified.json']);
    });
  });
