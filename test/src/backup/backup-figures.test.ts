import { expect, test } from 'vitest';
import type { ArchiveRow, Manifest } from '../../../src/backup/archive-list.ts';
import { backupFigures, readBackupFigures } from '../../../src/backup/backup-figures.ts';
import { Fault } from '../../../src/base/fault.ts';
import { archive, manifest } from '../../setup/console-ports.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const here = { atMs: 100_000, environment: 'sandbox', source: 'embedded /var/lib/gamekeeper' };

/** Made at this second, over in one. */
function made(second: number, of: Partial<Manifest> = {}, verifiedAtMs?: number): ArchiveRow {
  const at = { startedAtMs: second * 1000, endedAtMs: (second + 1) * 1000 };
  return archive(`at-${second}`, { manifest: manifest(`at-${second}`, { ...at, ...of }), verifiedAtMs });
}

const figuresOf = (archives: readonly ArchiveRow[], failedAtMs?: readonly number[]) =>
  backupFigures({ location: '/backups', archives }, { ...here, failedAtMs });

test('tells the newest backup and the newest that was verified, which may be another', () => {
  const figures = figuresOf([made(30), made(20, {}, 25_000), made(10, {}, 99_000)]);
  expect(figures.newest).toMatchObject({ name: 'at-30', startedAtMs: 30_000, endedAtMs: 31_000 });
  expect(figures.verified).toMatchObject({ name: 'at-20', verifiedAtMs: 25_000 });
});

test.each<[string, Partial<Manifest>]>([
  ['of some games only', { filter: { includeCompleted: true, where: { idPattern: 'a*' } } }],
  ['that a restore made', { purpose: 'before-restore' }],
  ['of retired games', { purpose: 'retired' }],
  ['of another environment', { environment: 'staging' }],
  ['of another storage', { source: 'redis://elsewhere/0' }],
  ['of a storage without games', { games: 0 }],
  ['that lacks a game', { unsupported: [{ id: 'list', layout: 'legacy', why: 'it is a list' }] }],
  ['from the future', { endedAtMs: 100_000 + 6 * 60_000 }],
])('an archive %s is no backup of everything', (_, of) => {
  expect(figuresOf([made(30, of, 40_000)])).toEqual({ atMs: 100_000 });
});

test('an archive whose manifest cannot be read counts for nothing', () => {
  const broken = archive('broken', { manifest: new Fault('integrity', 'cut off') });
  expect(figuresOf([broken])).toEqual({ atMs: 100_000 });
});

test('counts the runs that failed since the newest verified backup, and all of them without one', () => {
  expect(figuresOf([made(20, {}, 25_000)], [1_000, 30_000, 40_000]).failures).toBe(2);
  expect(figuresOf([made(20)], [1_000, 30_000, 40_000]).failures).toBe(3);
});

test('does not know of failures where nobody keeps count', () => {
  expect(figuresOf([made(20, {}, 25_000)])).not.toHaveProperty('failures');
});

test('a game server reads them of a folder, and a folder that is not there is no empty one', async () => {
  const { environment, source } = here;
  const folder = { environment, source, clock: virtualClock() };
  const location = tempFolder();
  expect(await readBackupFigures({ ...folder, location })).toEqual({ atMs: folder.clock.now() });
  const missing = readBackupFigures({ ...folder, location: `${location}/none` });
  await expect(missing).rejects.toMatchObject({ code: 'not-found' });
});
