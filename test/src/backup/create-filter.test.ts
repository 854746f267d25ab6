/** Which games a backup takes, which it names instead, and what it says of those that moved. */
import { describe, expect, test } from 'vitest';
import type { BackupInput } from '../../../src/backup/create-plan.ts';
import { checkStored } from '../../../src/backup/validate.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const hour = 3_600_000;

function world(make: (nowMs: number) => readonly GameRecord[]) {
  const clock = virtualClock();
  const backend = recordBackend(clock, make(clock.now()));
  const base = backupWorld({ backend, clock, stateDir: tempFolder() });
  const { create, runner, apply, store } = base;
  return {
    ...base,
    backend,
    clock,
    backUpSome: async (input: Partial<BackupInput>) =>
      apply(create, await runner.prepare(create, { name: 'a', includeCompleted: true, ...input })),
    async archived() {
      const ids: string[] = [];
      const onRecord = ({ record }: { record: GameRecord }) => ids.push(record.id);
      await checkStored(store, await store.resolve('a'), { onRecord });
      return ids.sort();
    },
    manifest: async () => (await store.list()).archives[0]?.manifest,
  };
}

const ofAges = (nowMs: number) => [
  gameRecord({ id: 'room-old', fields: { updated: String(nowMs - 3 * hour) } }),
  gameRecord({ id: 'room-new', fields: { updated: String(nowMs - 1000) } }),
  gameRecord({ id: 'hall', phase: 'SCORING', fields: { updated: String(nowMs - 3 * hour) } }),
  gameRecord({ id: 'over', phase: 'GAME_OVER', fields: { updated: String(nowMs - 3 * hour) } }),
  gameRecord({
    id: 'past',
    layout: 'legacy',
    fields: { last_updated: new Date(nowMs - 3 * hour).toISOString() },
  }),
  gameRecord({ id: 'ageless', layout: 'legacy' }),
];

describe('a backup of some games', () => {
  test('holds those and no others, and says which it was to hold', async () => {
    const { backUpSome, archived, manifest, clock } = world(ofAges);
    const where = { changedBeforeMs: clock.now() - hour, phases: ['TURN'] };
    const report = await backUpSome({ where, includeCompleted: false });
    expect(report.outcome).toBe('done');
    expect(report.steps[0]?.state).toMatchObject({
      note: '2 games, 1 game left out, as nobody knows when they changed, 3 games not asked for',
    });
    expect(await archived()).toEqual(['past', 'room-old']);
    expect(await manifest()).toMatchObject({
      filter: { includeCompleted: false, where },
      leftOut: { completed: 0, vanished: 0, filtered: 3, undated: 1 },
      gamesByPhase: { TURN: 2 },
    });
  });

  test('by id counts finished games that match as such', async () => {
    const { backUpSome, archived, manifest } = world(ofAges);
    await backUpSome({ where: { idPattern: '*o*' }, includeCompleted: false });
    expect(await archived()).toEqual(['room-new', 'room-old']);
    expect(await manifest()).toMatchObject({ leftOut: { completed: 1, filtered: 3 } });
  });

  test('says in its plan how many there are at most, and in which phase exactly', async () => {
    const { create, runner } = world(ofAges);
    const plan = (where: BackupInput['where']) =>
      runner.prepare(create, { name: 'a', includeCompleted: true, where });
    expect((await plan({ idPattern: 'room-*' })).title).toBe('Back up at most 6 games to archive a');
    const byPhase = await plan({ phases: ['SCORING'], layout: 'current' });
    expect(byPhase.title).toBe('Back up 1 game to archive a');
    expect(byPhase.changes[0]?.why).toContain('games in SCORING, in the current layout');
  });

  test('tells how far its plan has looked for the first of them', async () => {
    const { create } = world(ofAges);
    const told: unknown[][] = [];
    const none = create.draft({ includeCompleted: true, where: { idPattern: 'zzz' } }, (...about) =>
      told.push(about),
    );
    await expect(none).rejects.toMatchObject({ code: 'not-found' });
    expect(told.at(-1)).toEqual(['Looking for a game that is asked for', 6, undefined, 'games']);
  });

  test('is refused before it begins when there is none', async () => {
    const { create, runner, files } = world(ofAges);
    const input = { name: 'a', includeCompleted: true, where: { idPattern: 'nobody' } };
    await expect(runner.prepare(create, input)).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no game with an id like nobody in memory to back up',
    });
    expect(files.changes()).toBe(0);
  });

  test('leaves nothing behind when the last of them has gone since the plan', async () => {
    const { create, runner, apply, files, backend } = world(ofAges);
    const input = { name: 'a', includeCompleted: true, where: { idPattern: 'hall' } };
    const plan = await runner.prepare(create, input);
    backend.records.delete('current:hall');
    const report = await apply(create, plan);
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report.steps[0]?.state).toMatchObject({ fault: { code: 'not-found' } });
    expect(await files.list(backupFolder)).toEqual([]);
  });

  test('goes stale when its filter is another', async () => {
    const { create, runner } = world(ofAges);
    const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
    const filter = { includeCompleted: true, where: { idPattern: 'x' } };
    expect(await create.basis({ ...plan.detail, filter })).not.toBe(plan.basis);
  });
});

describe('games that no record can represent', () => {
  const damaged = () => {
    const found = world(ofAges);
    found.backend.unreadable.add('legacy:list-1').add('current:list-2');
    return found;
  };

  test('are named in the archive that may lack them, which is not all that was asked for', async () => {
    const { backUpSome, manifest, archived } = damaged();
    const report = await backUpSome({ allowUnsupported: true });
    expect(report.outcome).toBe('partial');
    expect(report.checks).toContainEqual({
      name: 'Games that are not in the archive',
      kind: 'fail',
      found: 'list-1 (legacy), list-2',
    });
    expect(await archived()).toHaveLength(6);
    expect(await manifest()).toMatchObject({
      games: 6,
      unsupported: [
        { id: 'list-1', layout: 'legacy', why: 'it is a list' },
        { id: 'list-2', layout: 'current', why: 'it is a list' },
      ],
    });
  });

  test('stop a backup that may not lack them', async () => {
    const { backUpSome, files } = damaged();
    const report = await backUpSome({});
    expect(report.steps[0]?.state).toMatchObject({ fault: { code: 'record-unreadable' } });
    expect(await files.list(backupFolder)).toEqual([]);
  });
});

test('games that change while the scan runs are counted, those that had changed before are not', async () => {
  const { backUpSome, manifest, backend, clock } = world(ofAges);
  let batches = 0;
  backend.beforeRead = () => {
    if (batches++ === 1) {
      const fields = { updated: String(clock.now()) };
      backend.records.set('current:over', gameRecord({ id: 'over', phase: 'GAME_OVER', fields }));
      backend.records.delete('legacy:past');
    }
  };
  await backUpSome({});
  expect(await manifest()).toMatchObject({ games: 5, meanwhile: { changed: 1 }, leftOut: { vanished: 1 } });
});

test('a backup with a rate takes the time that its plan says, and no storage is read faster', async () => {
  const { create, runner, apply, backend, clock } = world(() =>
    Array.from({ length: 30 }, (_, index) => gameRecord({ id: `game-${index}` })),
  );
  const input = { name: 'a', includeCompleted: true, gamesPerSecond: 2 };
  const plan = await runner.prepare(create, input);
  expect(plan.changes[0]?.why).toContain('at most 2 games a second, so at least 15 s');
  const beganAtMs = clock.now();
  let read = 0;
  backend.beforeRead = (keys) => {
    read += keys.length;
    expect(read).toBeLessThanOrEqual(((clock.now() - beganAtMs) / 1000) * 2);
  };
  expect((await apply(create, plan)).outcome).toBe('done');
  expect(read).toBe(30);
  expect(clock.now() - beganAtMs).toBeGreaterThanOrEqual(15_000);
});

test('backups and restores of one storage exclude one another, and the refused one hears of whom', async () => {
  const { create, restore, runner, apply, backend, backUpSome } = world(ofAges);
  await backUpSome({});
  const slow = await runner.prepare(create, { name: 'slow', includeCompleted: true });
  const other = await runner.prepare(create, { name: 'other', includeCompleted: true });
  const back = await runner.prepare(restore, { archive: 'a', onExisting: 'skip' });
  let refused: Promise<unknown> | undefined;
  backend.beforeRead = () => {
    refused ??= Promise.allSettled([apply(create, other), apply(restore, back)]);
  };
  expect((await apply(create, slow)).outcome).toBe('done');
  expect(await refused).toMatchObject(
    [1, 2].map(() => ({
      status: 'rejected',
      reason: { code: 'locked', message: expect.stringMatching(/by ana .* for <1 s: .*archive slow/) },
    })),
  );
});
