import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDualWrite } from '../../../src/backend/dual-write/dual-write.ts';
import { Fault } from '../../../src/base/fault.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { createBackfillAction } from '../../../src/migration/backfill.ts';
import { checkCopied } from '../../../src/migration/backfill-check.ts';
import type { CopyPolicy } from '../../../src/migration/copy-decision.ts';
import { anyRecords } from '../../setup/archived-records.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

type Records = Parameters<typeof recordBackend>[1];

function world(here: Records, there: Records = []) {
  const clock = virtualClock();
  const [primary, secondary] = [recordBackend(clock, here), recordBackend(clock, there)];
  const action = createBackfillAction({ primary, secondary, clock });
  return {
    clock,
    primary,
    secondary,
    action,
    draft: (onExisting: CopyPolicy = 'newer') => action.draft({ onExisting }),
    run: (onExisting: CopyPolicy = 'newer', between = () => {}) => carryOut(action, { onExisting }, between),
  };
}

const later = currentRecord('a', { rev: '4', 'e:4': 'four' });
const earlier = currentRecord('a', { rev: '2' });

describe('a backfill', () => {
  test('makes the secondary the same, and a second one finds nothing to do', async () => {
    const { primary, secondary, run } = world([later, currentRecord('b'), legacyRecord('c')], [earlier]);
    expect((await run()).outcome).toBe('done');
    expect(secondary.digests()).toEqual(primary.digests());
    const again = await run();
    expect(again.outcome).toBe('done');
    expect(again.steps[0]?.state).toMatchObject({ kind: 'unchanged' });
  });

  test('shows each game before, with what it replaces', async () => {
    const { draft } = world([later, currentRecord('b')], [earlier, currentRecord('z')]);
    const { changes, title } = await draft();
    expect(title).toContain('1 to create, 1 to replace, 1 to skip, 0 the same');
    expect(changes).toEqual([
      { target: 'a', effect: 'update', from: 'revision 2, TURN', to: 'revision 4, TURN' },
      { target: 'b', effect: 'create', to: 'revision 1, TURN' },
      {
        target: 'z',
        effect: 'skip',
        from: 'revision 1, TURN',
        why: 'only the secondary has it; a backfill removes nothing',
      },
    ]);
  });

  test('skips what the secondary has no place for, with the reason', async () => {
    const { primary, secondary, clock } = world([later, currentRecord('longer')]);
    const narrow = { ...secondary, supports: { ...secondary.supports, idBytes: 5 } };
    const { changes } = await createBackfillAction({ primary, secondary: narrow, clock }).draft({
      onExisting: 'overwrite',
    });
    expect(changes).toMatchObject([
      { target: 'a', effect: 'create' },
      { target: 'longer', effect: 'skip', why: 'its id has 6 bytes, and embedded takes 1 to 5' },
    ]);
  });

  test('says which games the secondary would refuse, and does not end as done without them', async () => {
    const { secondary, draft, run } = world([later, currentRecord('large')], [earlier]);
    secondary.refuses = ({ id }) =>
      id === 'large' ? new Fault('refused', 'needs too much room') : undefined;
    const { changes, warnings } = await draft();
    expect(changes).toMatchObject([
      { target: 'a', effect: 'update' },
      { target: 'large', effect: 'skip', why: 'needs too much room' },
    ]);
    expect(warnings).toContain('Will still differ: large');
    const report = await run();
    expect(report.outcome).toBe('partial');
    expect(report.steps[0]?.state).toMatchObject({ kind: 'done' });
    expect(report.checks).toContainEqual({ name: 'Games that were refused', kind: 'fail', found: 'large' });
    expect(secondary.records.has('current:large')).toBe(false);
  });

  test.each<[CopyPolicy, string]>([
    ['skip', 'exists and differs; existing games are skipped'],
    ['newer', 'is ahead, at revision 4'],
  ])('never lowers a revision with %s', async (policy, why) => {
    const { secondary, draft, run } = world([earlier], [later]);
    const before = secondary.digests();
    expect((await draft(policy)).changes[0]).toMatchObject({ effect: 'skip', why });
    await run(policy);
    expect(secondary.digests()).toEqual(before);
  });

  test('lowers a revision when it was told to overwrite, and warns before', async () => {
    const { primary, secondary, draft, run } = world([earlier], [later]);
    expect((await draft('overwrite')).warnings[0]).toBe('Goes back to an older revision on the secondary: a');
    expect((await run('overwrite')).outcome).toBe('done');
    expect(secondary.digests()).toEqual(primary.digests());
  });

  test('never lowers a revision that the plan did not name, not even when told to overwrite', async () => {
    const { primary, secondary, run } = world([later], [earlier]);
    const lowest = currentRecord('a');
    const report = await run('overwrite', () => void primary.records.set('current:a', lowest));
    expect(report.steps[0]?.state).toMatchObject({ kind: 'failed', fault: { code: 'conflict' } });
    expect(secondary.records.get('current:a')).toEqual(earlier);
  });

  test('copies a game as it is by now when it was played on since the plan', async () => {
    const { primary, secondary, run } = world([earlier]);
    const report = await run('newer', () => void primary.records.set('current:a', later));
    expect(report.outcome).toBe('done');
    expect(secondary.digests()).toEqual(primary.digests());
  });

  test('leaves alone what has moved on the secondary since the plan, and says so', async () => {
    const { secondary, run } = world([later, currentRecord('b')], [earlier]);
    const moved = currentRecord('a', { rev: '3' });
    const report = await run('newer', () => void secondary.records.set('current:a', moved));
    expect(report.outcome).toBe('partial');
    expect(report.steps[0]?.state).toMatchObject({
      fault: { message: '1 of 2 games copied; changed since the plan and left alone: a' },
    });
    expect(secondary.records.get('current:a')).toBe(moved);
  });

  test('counts a game that a dual write brought meanwhile as there', async () => {
    const { primary, secondary, run } = world([earlier]);
    const report = await run('newer', () => {
      primary.records.set('current:a', later);
      secondary.records.set('current:a', later);
    });
    expect(report.outcome).toBe('done');
  });

  test('that broke off is finished by the next one', async () => {
    const { primary, secondary, run } = world(Array.from({ length: 60 }, (_, n) => currentRecord(`g${n}`)));
    let writes = 0;
    secondary.beforeWrite = () => {
      if (++writes > 40) throw new Fault('backend-unreachable', 'gone', { retryable: true });
    };
    expect((await run()).outcome).toBe('partial');
    secondary.beforeWrite = () => {};
    expect((await run()).outcome).toBe('done');
    expect(secondary.digests()).toEqual(primary.digests());
  });

  test('with dual writes on ends with both sides the same, however the games go on meanwhile', async () => {
    const { clock, primary, secondary, run } = world([currentRecord('b')]);
    const dual = withDualWrite(primary, secondary, { clock });
    const id = parseGameId('a');
    let revision = 0;
    const play = () =>
      dual.append(id, { expectedRevision: revision++, phase: 'TURN', atMs: revision, event: Buffer.of(1) });
    for (let turn = 0; turn < 5; turn++) await play();
    secondary.beforeWrite = ({ id: written }) => {
      if (written === 'b') void play();
    };
    await run('newer', () => void play());
    expect(await dual.dualWrite.settle()).toBe(0);
    expect(secondary.digests()).toEqual(primary.digests());
  });

  test('makes any two storages the same but for what only the secondary has', () =>
    fc.assert(
      fc.asyncProperty(anyRecords(), anyRecords(), async (here, there) => {
        const { primary, secondary, run } = world(here, there);
        await run('overwrite');
        expect(secondary.digests()).toMatchObject(primary.digests());
      }),
      { numRuns: 25 },
    ));
});

test('who compares many games once more says all the while that it goes on', async () => {
  const { primary, secondary, clock, draft } = world(
    Array.from({ length: 600 }, (_, n) => currentRecord(`game-${n}`)),
  );
  const { detail } = await draft();
  let progress = 0;
  await checkCopied({ primary, secondary }, detail, clock, () => progress++);
  expect(progress).toBe(3);
});
