import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodedReads } from '../../../src/backend/encoded-scan.ts';
import { type ArchiveDiff, type DiffOptions, diffArchives, live } from '../../../src/backup/diff.ts';
import type { GameRecord, RecordKey } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { anyRecords, gameRecord } from '../../setup/archived-records.ts';
import { backupFolder } from '../../setup/backup-world.ts';
import { datedArchives } from '../../setup/dated-archives.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const everything = { includeCompleted: true };
const all = { limit: 1000 };

function world(stored: readonly GameRecord[] = []) {
  const clock = virtualClock();
  const archives = datedArchives(clock);
  const backend = recordBackend(clock, stored);
  let opened = 0;
  const parts = {
    store: archives.store,
    clock,
    async live() {
      opened++;
      return backend;
    },
  };
  return {
    ...archives,
    backend,
    opened: () => opened,
    put: (name: string, records: readonly GameRecord[], more: object = {}) =>
      archives.put(name, {
        ageDays: 0,
        verified: false,
        filter: everything,
        records,
        chunkBytes: 64,
        ...more,
      }),
    diff: (to: string, options: DiffOptions = all) => diffArchives(parts, 'a', to, options),
  };
}

const differences = ({ games }: ArchiveDiff) =>
  Object.fromEntries(games.map(({ id, is, from, to }) => [id, [is, from, to]]));

/** Written for this test: plain maps of digests. */
function expected(from: readonly GameRecord[], to: readonly GameRecord[]) {
  const digests = (records: readonly GameRecord[]) =>
    new Map(records.map((record) => [keyText(record), recordDigest(record)]));
  const [before, after] = [digests(from), digests(to)];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const is = (key: string) => {
    if (!before.has(key)) return 'created';
    if (!after.has(key)) return 'removed';
    return before.get(key) === after.get(key) ? 'same' : 'changed';
  };
  return new Map(keys.map((key) => [key, is(key)]));
}

/** Two sets with much in common. */
const twoSides = fc
  .tuple(anyRecords(), anyRecords(), fc.infiniteStream(fc.constantFrom('first', 'second', 'both', 'changed')))
  .map(([some, others, ways]) => {
    const keys = new Set(some.map(keyText));
    const [from, to]: [GameRecord[], GameRecord[]] = [[], []];
    for (const record of some) {
      const way = ways.next().value;
      if (way !== 'second') from.push(record);
      if (way !== 'first') to.push(way === 'changed' ? { ...record, expiresAtMs: 2 ** 41 } : record);
    }
    return { from, to: [...to, ...others.filter((record) => !keys.has(keyText(record)))] };
  });

describe('the difference of two archives', () => {
  test('says of every game what it is, whatever it holds and however small the tables are', async () => {
    await fc.assert(
      fc.asyncProperty(twoSides, fc.constantFrom(1, 2, 1000), async ({ from, to }, gamesPerTable) => {
        const { put, diff, opened } = world();
        await put('a', from);
        await put('b', to);
        const found = await diff('b', { limit: 1000, gamesPerTable });
        const wanted = expected(from, to);
        const named = new Map(found.games.map((game) => [keyText(game), game.is]));
        for (const [key, is] of wanted) expect(named.get(key) ?? 'same').toBe(is);
        expect(found.counts.same).toBe([...wanted.values()].filter((is) => is === 'same').length);
        expect(found.more).toBe(0);
        expect(opened()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('tells both sides of what changed', async () => {
    const { put, diff } = world();
    await put('a', [gameRecord({ id: 'moved' }), gameRecord({ id: 'gone' }), gameRecord({ id: 'same' })]);
    const moved = gameRecord({ id: 'moved', revision: 2, phase: 'MELD' });
    await put('b', [moved, gameRecord({ id: 'same' }), gameRecord({ id: 'new' })]);
    const found = await diff('b');
    expect(differences(found)).toEqual({
      moved: ['changed', 'revision 1, TURN', 'revision 2, MELD'],
      gone: ['removed', 'revision 1, TURN', undefined],
      new: ['created', undefined, 'revision 1, TURN'],
    });
    expect(found.counts).toEqual({
      ...{ created: 1, changed: 1, removed: 1, 'left-out': 0, unreadable: 0, same: 1 },
    });
    expect([found.from, found.to]).toMatchObject([{ kind: 'archive', name: 'a' }, { name: 'b' }]);
  });

  test('says so where the words of both sides are the same', async () => {
    const { put, diff } = world();
    await put('a', [gameRecord({ id: 'x', fields: { round: '3' } })]);
    await put('b', [gameRecord({ id: 'x', fields: { round: '4' } })]);
    expect(differences(await diff('b'))).toEqual({
      x: ['changed', 'revision 1, TURN', 'revision 1, TURN, other content'],
    });
  });

  test('names no more than was asked for, and counts all', async () => {
    const { put, diff } = world();
    const records = Array.from({ length: 20 }, (_, index) => gameRecord({ id: `game-${index}` }));
    await put('a', records);
    await put('b', []);
    const found = await diff('b', { limit: 3, gamesPerTable: 5 });
    expect(found).toMatchObject({ counts: { removed: 20 }, more: 17 });
    expect(found.games).toHaveLength(3);
  });

  test('does not call removed what the filter of the other side leaves out', async () => {
    const over = gameRecord({ id: 'over', phase: 'GAME_OVER' });
    const { put, diff } = world();
    await put('a', [over, gameRecord({ id: 'x-1' })]);
    await put('b', [gameRecord({ id: 'y-1' })], {
      filter: { includeCompleted: false, where: { idPattern: 'y*' } },
    });
    const { games } = await diff('b');
    expect(Object.fromEntries(games.map(({ id, is }) => [id, is]))).toEqual({
      over: 'left-out',
      'x-1': 'left-out',
      'y-1': 'created',
    });
  });

  test('is refused where one of them is damaged: what cannot be read is not removed', async () => {
    const { put, diff, files } = world();
    const records = Array.from({ length: 9 }, (_, index) => gameRecord({ id: `game-${index}` }));
    await put('a', records);
    await put('b', records);
    const bytes = files.bytes(`${backupFolder}/b.gka`);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await expect(diff('b')).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringMatching(/^In b: The archive is damaged: (?!.*archive)/),
    });
    await expect(diff('nowhere')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the difference of an archive and storage', () => {
  test('is what came, moved and went since, with what cannot be read by name', async () => {
    const now = [
      gameRecord({ id: 'same' }),
      gameRecord({ id: 'moved', revision: 7 }),
      gameRecord({ id: 'new' }),
    ];
    const { put, diff, backend } = world(now);
    await put(
      'a',
      ['same', 'moved', 'gone', 'broken'].map((id) => gameRecord({ id })),
    );
    backend.records.set('current:broken', gameRecord({ id: 'broken' }));
    backend.unreadable.add('current:broken');
    const found = await diff(live, { limit: 1000, gamesPerTable: 2 });
    expect(differences(found)).toEqual({
      moved: ['changed', 'revision 1, TURN', 'revision 7, TURN'],
      gone: ['removed', 'revision 1, TURN', undefined],
      new: ['created', undefined, 'revision 1, TURN'],
      broken: ['unreadable', 'revision 1, TURN', 'it is a list'],
    });
    expect(found.to).toMatchObject({ kind: 'live', location: 'memory', readsFrom: 'primary' });
    expect(backend.writes).toEqual([]);
  });

  test('reads no game of storage twice, however many tables it takes', async () => {
    const now = Array.from({ length: 50 }, (_, index) => gameRecord({ id: `game-${index}` }));
    const { put, diff, backend } = world(now);
    await put('a', now);
    const read: string[] = [];
    backend.beforeRead = (keys) => read.push(...keys.map(keyText));
    expect(await diff(live, { limit: 10, gamesPerTable: 7 })).toMatchObject({ counts: { same: 50 } });
    expect(read.sort()).toEqual(now.map(keyText).sort());
  });

  test('counts a game once that a scan brings twice', async () => {
    const { put, diff, backend } = world([
      gameRecord({ id: 'both' }),
      gameRecord({ id: 'changed', revision: 2 }),
      gameRecord({ id: 'new' }),
    ]);
    backend.unreadable.add('current:broken');
    await put('a', [gameRecord({ id: 'both' }), gameRecord({ id: 'changed', revision: 1 })]);
    const keys = ['both', 'changed', 'new', 'broken'].map((id): RecordKey => ({ id, layout: 'current' }));
    backend.scanEncoded = (signal) => encodedReads(backend, [keys, keys], signal);
    const { counts } = await diff(live);
    expect(counts).toMatchObject({ same: 1, changed: 1, created: 1, unreadable: 1 });
  });
});
