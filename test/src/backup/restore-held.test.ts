/** Restores of games that servers hold in memory. */
import { describe, expect, test } from 'vitest';
import type { GameRecord } from '../../../src/game/record.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { heldGames } from '../../setup/held-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { atTurn, restoreWorld } from '../../setup/restore-world.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** The target also has servers `one` and `two`. */
async function world(archived: readonly GameRecord[], present: readonly GameRecord[]) {
  const admin = heldGames('one', 'two');
  return { admin, ...(await restoreWorld(archived, present, admin)) };
}

/** The archive has `live` at revision 3, storage at 7, and server `one` holds it. */
async function playing() {
  const room = await world([atTurn('live', 3)], [atTurn('live', 7)]);
  room.admin.load('one', 'live', { revision: 7 });
  return room;
}

describe('a game that a server holds', () => {
  test('is let go of before it is overwritten, and the plan says so', async () => {
    const { plan, apply, restore, backend, admin } = await playing();
    const made = await plan();
    expect(made.changes[1]).toEqual({
      ...{ target: 'live', effect: 'update', from: 'revision 7, TURN', to: 'revision 3, TURN' },
      why: 'held by one',
    });
    expect(made.warnings).toContain(
      'In the memory of servers, so what becomes of them until then is kept and overwritten: live',
    );
    expect(made.unverified).toEqual([]);
    const report = await apply(restore, made);
    expect(report.outcome).toBe('done');
    expect(report.steps.map(({ name, state }) => [name, state.kind])).toEqual([
      ['Verify the archive', 'unchanged'],
      ['Have the servers let go of the games', 'done'],
      ['Keep the games that will be overwritten', 'done'],
      ['Write the games', 'done'],
    ]);
    expect(report.checks).toContainEqual({
      name: 'Games that a server holds as they were before',
      ...{ kind: 'pass', found: 'none of 1 game' },
    });
    expect(admin.calls).toEqual(['evict live from one']);
    expect(backend.records.get('current:live')).toEqual(atTurn('live', 3));
  });

  test('may be played on until then: what it became is kept in the archive', async () => {
    const { plan, apply, restore, restoreAll, backend, admin, put } = await playing();
    const made = await plan();
    put(atTurn('live', 8));
    admin.onEvict = async () => void put(atTurn('live', 9));
    expect((await apply(restore, made)).outcome).toBe('done');
    expect(backend.records.get('current:live')).toEqual(atTurn('live', 3));
    const [safety] = made.changes.map(({ target }) => target.replace('archive ', ''));
    await restoreAll({ archive: safety ?? '' });
    expect(backend.records.get('current:live')).toEqual(atTurn('live', 9));
  });

  test('and has come further than the archive by then is left alone under "newer"', async () => {
    const { plan, apply, restore, backend, admin, put } = await world(
      [atTurn('live', 8)],
      [atTurn('live', 7)],
    );
    admin.load('one', 'live', { revision: 7 });
    const made = await plan('newer');
    expect(made.changes[1]).toMatchObject({ target: 'live', effect: 'update' });
    admin.onEvict = async () => void put(atTurn('live', 9));
    const report = await apply(restore, made);
    expect(report.steps.at(-1)?.state).toMatchObject({ kind: 'failed', fault: { code: 'conflict' } });
    expect(backend.records.get('current:live')).toEqual(atTurn('live', 9));
  });

  test('and was loaded again and played after it was kept is left alone, and named', async () => {
    const { plan, apply, restore, backend, put } = await playing();
    const made = await plan();
    backend.beforeWrite = () => {
      put(atTurn('live', 10));
    };
    const report = await apply(restore, made);
    expect(report.steps[3]?.state).toMatchObject({ kind: 'failed', fault: { code: 'conflict' } });
    expect(backend.records.get('current:live')).toEqual(atTurn('live', 10));
  });

  test('is taken for one that will move, though it is equal now', async () => {
    const { plan, admin } = await world([atTurn('live', 3)], [atTurn('live', 3)]);
    admin.load('two', 'live', { revision: 3 });
    expect((await plan()).changes[1]).toMatchObject({ effect: 'update', why: 'held by two' });
    admin.load('two', 'live', { revision: 3, phase: 'GAME_OVER' });
    expect((await plan()).changes[0]).toMatchObject({ target: 'live', effect: 'unchanged' });
    expect((await plan('skip')).changes[0]).toMatchObject({ target: 'live', effect: 'unchanged' });
  });

  test('makes the plan stale once it is gone from storage', async () => {
    const { plan, apply, restore, backend } = await playing();
    const made = await plan();
    backend.records.delete('current:live');
    await expect(apply(restore, made)).rejects.toMatchObject({ code: 'stale' });
  });

  test('since the plan is let go of too', async () => {
    const { plan, apply, restore, admin } = await world([atTurn('idle', 3)], [atTurn('idle', 7)]);
    const made = await plan();
    admin.load('two', 'idle', { revision: 7 });
    expect((await apply(restore, made)).outcome).toBe('done');
    expect(admin.calls).toEqual(['evict idle from two']);
  });

  test('and that moved since a plan which did not know of it is stale', async () => {
    const { plan, apply, restore, put } = await world([atTurn('idle', 3)], [atTurn('idle', 7)]);
    const made = await plan();
    put(atTurn('idle', 8));
    await expect(apply(restore, made)).rejects.toMatchObject({ code: 'stale' });
  });
});

describe('what only memory has', () => {
  test('is named in the plan, and lost only then', async () => {
    const { plan, apply, restore, admin } = await playing();
    admin.load('one', 'live', { revision: 7, ahead: 2 });
    const made = await plan();
    expect(made.warnings).toContain('Only in the memory of a server, and lost with this: live (revision 9)');
    expect((await apply(restore, made)).outcome).toBe('done');
    expect(admin.calls).toEqual(['evict live from one, discarding']);
  });

  test('since the plan stops the restore before anything is overwritten', async () => {
    const { plan, apply, restore, admin, backend } = await playing();
    const made = await plan();
    admin.load('one', 'live', { revision: 7, ahead: 2 });
    const report = await apply(restore, made);
    expect(report.outcome).toBe('failed');
    expect(report.steps[1]?.state).toMatchObject({
      kind: 'failed',
      fault: { code: 'refused', message: expect.stringContaining('live (one: transitions would be lost)') },
    });
    expect(backend.records.get('current:live')).toEqual(atTurn('live', 7));
  });

  test('of a game that storage lost is named too', async () => {
    const { plan, apply, restore, admin } = await world([atTurn('live', 3)], []);
    admin.load('one', 'live', { revision: 5 });
    const made = await plan();
    expect(made.warnings).toContain('Only in the memory of a server, and lost with this: live (revision 5)');
    expect((await apply(restore, made)).outcome).toBe('done');
    expect(admin.calls).toEqual(['evict live from one, discarding']);
  });
});

describe('a server that cannot be asked', () => {
  test('is unverified in the plan, and leaves the result inconclusive', async () => {
    const { plan, apply, restore, admin } = await playing();
    admin.dead.add('two');
    const made = await plan();
    expect(made.unverified).toEqual([
      'Whether two holds any of these games in memory and will write it again: no answer',
    ]);
    const report = await apply(restore, made);
    expect(report.outcome).toBe('inconclusive');
    expect(report.checks).toContainEqual({
      name: 'Games that a server holds as they were before',
      ...{ kind: 'inconclusive', found: 'none of 1 game; not asked: two' },
    });
  });

  test('for want of a token is unverified too', async () => {
    const clock = virtualClock();
    const made = backupWorld({
      backend: recordBackend(clock, [atTurn('x', 1)]),
      clock,
      stateDir: tempFolder(),
    });
    await made.backUp('a');
    const plan = await made.runner.prepare(made.restore, { archive: 'a', onExisting: 'overwrite' });
    expect(plan.unverified).toEqual([
      'Whether a game server holds any of these games in memory and will write it again: set STATE_ADMIN_TOKEN to have them asked',
    ]);
  });
});

test('a server that holds a game as it was before fails the check', async () => {
  const { plan, apply, restore, admin } = await world([atTurn('live', 9)], [atTurn('live', 7)]);
  admin.load('one', 'live', { revision: 7 });
  const made = await plan();
  admin.onEvict = async () => {
    admin.load('two', 'live', { revision: 7 });
  };
  const report = await apply(restore, made);
  expect(report.outcome).toBe('partial');
  expect(report.checks).toContainEqual({
    name: 'Games that a server holds as they were before',
    ...{ kind: 'fail', found: 'held as before: live' },
  });
});
