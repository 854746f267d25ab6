import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/action/action.ts';
import type { RestorePolicy } from '../../../src/backup/restore-decision.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { heldGames } from '../../setup/held-games.ts';
import { atTurn, restoreWorld } from '../../setup/restore-world.ts';

const ids = Array.from({ length: 100 }, (_, number) => `game-${String(number).padStart(3, '0')}`);
const all = (revision: number) => ids.map((id) => atTurn(id, revision));

/** Archive `a` has every game at revision 3, the target has them at `present`. */
async function world(present: readonly GameRecord[], asksServers = false) {
  const admin = heldGames('one');
  const room = await restoreWorld(all(3), present, asksServers ? admin : undefined);
  const resume = () => room.runner.prepare(room.restore, { archive: 'a', onExisting: 'fail', resume: true });

  /** A restore that is cut off after 40 writes. */
  const cutOff = async (onExisting: RestorePolicy): Promise<Report> => {
    let writes = 0;
    room.backend.beforeWrite = () => {
      if (++writes > 40) throw new Fault('backend-unreachable', 'Redis is gone');
    };
    const report = await room.restoreAll({ onExisting });
    room.backend.beforeWrite = () => {};
    return report;
  };
  return { ...room, admin, resume, cutOff };
}

const archived = () => Object.fromEntries(all(3).map((record) => [keyText(record), record]));

describe('a restore whose target goes away half-way', () => {
  test('names what it wrote, and the same line once more does the rest', async () => {
    const { cutOff, restoreAll, backend } = await world([]);
    const report = await cutOff('fail');
    expect(report.outcome).toBe('partial');
    expect(report.steps.at(-1)?.state).toMatchObject({
      kind: 'unknown',
      fault: { message: expect.stringContaining('40 of 100 games written') },
    });
    const again = await restoreAll({ onExisting: 'fail' });
    expect(again.title).toContain('60 to create, 0 to overwrite, 40 unchanged');
    expect(again.outcome).toBe('done');
    expect(Object.fromEntries(backend.records)).toEqual(archived());
  });

  test('that was gone on with is as one that was not interrupted', async () => {
    const { cutOff, resume, apply, restore, backend } = await world(all(7));
    const first = await cutOff('overwrite');
    const plan = await resume();
    expect(plan.title).toBe(
      'Restore a to memory, games: 0 to create, 60 to overwrite, 40 unchanged, 0 to skip',
    );
    expect(plan.warnings[0]).toContain(`Goes on with run ${first.runId}`);
    expect((await apply(restore, plan)).outcome).toBe('done');
    expect(Object.fromEntries(backend.records)).toEqual(archived());
  });

  test('can be undone after that, part by part', async () => {
    const { cutOff, resume, apply, restore, undo, backend } = await world(all(7));
    const first = await cutOff('overwrite');
    const second = await apply(restore, await resume());
    await undo(second.runId);
    expect(await undo(first.runId)).toMatchObject({ outcome: 'done' });
    expect([...backend.records.values()].every(({ revision }) => revision === 7)).toBe(true);
    expect(backend.records.size).toBe(100);
  });
});

describe('going on with a restore', () => {
  test('leaves alone what was played on since, which the restore itself would overwrite', async () => {
    const { cutOff, resume, apply, restore, put, backend } = await world(all(7));
    await cutOff('overwrite');
    put(atTurn('game-000', 4));
    put(atTurn('game-099', 8));
    const plan = await resume();
    const skipped = plan.changes.filter(({ effect }) => effect === 'skip');
    expect(skipped.map(({ target, why }) => `${target}: ${why}`)).toEqual([
      'game-000: changed since, and left alone',
      'game-099: changed since, and left alone',
    ]);
    await apply(restore, plan);
    expect(backend.records.get('current:game-000')).toEqual(atTurn('game-000', 4));
    expect(backend.records.get('current:game-099')).toEqual(atTurn('game-099', 8));
    expect(backend.records.get('current:game-050')).toEqual(atTurn('game-050', 3));
  });

  test('takes up a game that a server held and brought further before it let go', async () => {
    const { cutOff, resume, admin, put } = await world(all(7), true);
    admin.load('one', 'game-099', { revision: 7 });
    await cutOff('overwrite');
    put(atTurn('game-099', 8));
    const plan = await resume();
    expect(plan.changes.find(({ target }) => target === 'game-099')?.effect).toBe('update');
  });

  test('touches only games that the restore was to write', async () => {
    const { cutOff, resume, put, backend } = await world([atTurn('game-001', 9)]);
    await cutOff('skip');
    backend.records.delete('current:game-001');
    put(atTurn('other', 1));
    const plan = await resume();
    expect(plan.changes.map(({ target }) => target)).not.toContain('game-001');
    expect(plan.changes.filter(({ effect }) => effect === 'create')).toHaveLength(59);
  });

  test('is refused where the last one was done, or there was none', async () => {
    const { resume, restoreAll } = await world([]);
    await expect(resume()).rejects.toMatchObject({
      code: 'not-found',
      message: 'No restore of a to memory is unfinished',
    });
    await restoreAll();
    await expect(resume()).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('two restores of one target', () => {
  test('at once: the second is refused by name, changes nothing, and can be made after the first', async () => {
    const { runner, restore, apply, restoreAll, backend } = await world([]);
    const plan = () => runner.prepare(restore, { archive: 'a', onExisting: 'overwrite' });
    const [first, second] = [await plan(), await plan()];
    let refused: unknown;
    backend.beforeWrite = () => {
      refused ??= apply(restore, second).catch((thrown: unknown) => thrown);
    };
    expect((await apply(restore, first)).outcome).toBe('done');
    expect(await refused).toMatchObject({ code: 'locked', message: expect.stringContaining('ana') });
    expect(backend.writes).toHaveLength(100);
    await expect(apply(restore, second)).rejects.toMatchObject({ code: 'stale' });
    expect((await restoreAll()).title).toContain('100 unchanged');
  });
});
