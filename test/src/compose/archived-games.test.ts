import { expect, test } from 'vitest';
import { composeArchivedGames } from '../../../src/compose/archived-games.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { backupFolder } from '../../setup/backup-world.ts';
import { datedArchives } from '../../setup/dated-archives.ts';
import { legacyRecord } from '../../setup/game-records.ts';
import { gamesWorld } from '../../setup/games-world.ts';

const id = 'room-1';

async function world() {
  const games = gamesWorld();
  await games.play(id);
  const archives = datedArchives(games.clock);
  const archived = composeArchivedGames({
    store: archives.store,
    clock: games.clock,
    live: async () => games.stored,
    codec: async () => games.codec,
  });
  const put = (name: string, records: readonly GameRecord[]) =>
    archives.put(name, { ageDays: 0, records, chunkBytes: 64 });
  return { ...archives, games, archived, put, record: await games.record(id) };
}

test('a game in an archive is shown as storage had it then, by its own layout', async () => {
  const { archived, put, games, record } = await world();
  await put('a', [record, legacyRecord(id)]);
  const before = await games.games.show({ id });
  await games.playOn(id);
  const shown = await archived.show('a', { id });
  expect(shown).toMatchObject({
    archive: { name: 'a', source: 'memory' },
    problems: [],
    inBothLayouts: true,
  });
  const { state, timeline, snapshots, events } = shown ?? {};
  expect({ state, timeline, snapshots, events }).toEqual({
    state: before?.state,
    timeline: before?.timeline,
    snapshots: before?.snapshots,
    events: before?.events,
  });
  expect(await archived.show('a', { id, layout: 'legacy' })).toMatchObject({ row: { layout: 'legacy' } });
  expect(await archived.show('a', { id: 'nobody' })).toBeUndefined();
});

test('a game is shown from a damaged archive, which says so; one that may be in the damage is not said to be missing', async () => {
  const { archived, put, files, record } = await world();
  await put('a', [record, legacyRecord('other', { state: '{"a":1}' })]);
  const bytes = files.bytes(`${backupFolder}/a.gka`);
  const at = bytes.lastIndexOf(Buffer.from('C\0\0\0\x01', 'latin1'));
  bytes.writeUInt8(bytes.readUInt8(at + 100) ^ 1, at + 100);
  expect(await archived.show('a', { id })).toMatchObject({ problems: [expect.stringContaining('chunk 1')] });
  await expect(archived.show('a', { id: 'other' })).rejects.toMatchObject({
    code: 'integrity',
    message: expect.stringContaining('not in what can be read of archive a'),
  });
});

test('a game is compared with another archive and with storage, field by field', async () => {
  const { archived, put, games, record } = await world();
  await put('a', [record]);
  await games.playOn(id);
  await put('b', [await games.record(id)]);
  for (const to of ['b', 'live']) {
    const diff = await archived.diffGame('a', to, { id });
    expect(diff).toMatchObject({ is: 'changed', sides: { from: { name: 'a' } } });
    expect(diff?.state).toMatchObject({
      changes: expect.arrayContaining([{ pointer: '/turn', from: 7, to: 9 }]),
    });
  }
  expect(await archived.diffGame('b', 'live', { id })).toMatchObject({ is: 'same' });
  expect(await archived.diffGame('a', 'live', { id: 'nobody' })).toBeUndefined();
  expect(await archived.diff('a', 'live', 10)).toMatchObject({ counts: { changed: 1 } });
});
