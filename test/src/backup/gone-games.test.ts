import { expect, test } from 'vitest';
import { listedOf } from '../../../src/backup/protection.ts';
import { Fault } from '../../../src/base/fault.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { memoryFiles } from '../../setup/memory-files.ts';
import { noisyGames } from '../../setup/noisy-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const count = 300;
const readBefore = 150;

/** A backup during which the storage loses so many games, half-way. */
async function backUpLosing(games: number) {
  const clock = virtualClock();
  const backend = recordBackend(clock, noisyGames(count));
  let read = 0;
  let lost = games;
  backend.beforeRead = (keys) => {
    read += keys.length;
    if (read < readBefore) return;
    for (const key of [...backend.records.keys()].slice(0, lost)) backend.records.delete(key);
    lost = 0;
  };
  const counting = Object.assign(backend, { roughCensus: () => backend.census() });
  const { runner, create, apply, store } = backupWorld({
    backend: counting,
    clock,
    stateDir: tempFolder(),
    files: memoryFiles(),
  });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  read = 0;
  const report = await apply(create, plan);
  const row = await store.row(await store.resolve('a'));
  if (row.manifest instanceof Fault) throw row.manifest;
  return { report, listed: listedOf(row, row.manifest), gone: row.manifest.meanwhile?.gone };
}

test('a backup of a storage that loses its games meanwhile is a part, and says how many are gone', async () => {
  const { report, listed, gone } = await backUpLosing(count);
  expect(report.outcome).toBe('partial');
  expect(report.checks).toContainEqual({
    name: 'Games that were read',
    kind: 'fail',
    found: expect.stringMatching(
      /^\d+ games gone from storage since: no prune and no gauge goes by this archive/,
    ),
  });
  expect(listed).toMatchObject({ isVerified: true, kind: 'part' });
  expect(gone).toBe(listed.manifest.games);
});

test('a backup during which few games end is whole', async () => {
  const { report, listed, gone } = await backUpLosing(10);
  expect(report.outcome).toBe('done');
  expect(listed.kind).toBe('whole');
  expect(gone).toBeUndefined();
});
