import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextSteps, outcomeText } from '../../../src/action/outcome-words.ts';
import type { Plan } from '../../../src/action/plan.ts';
import { withDualWrite } from '../../../src/backend/dual-write/dual-write.ts';
import { restorePolicies } from '../../../src/backup/restore-decision.ts';
import type { RestoreDetail } from '../../../src/backup/restore-plan.ts';
import { checkStored } from '../../../src/backup/validate.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { atTurn, restoreWorld } from '../../setup/restore-world.ts';
import { archiveAndTarget, untilExpiredMs } from '../../setup/restored-games.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** `x` and `gone` have expired since the archive was made; another `x` is there. */
async function expiredSince() {
  const expiresAtMs = virtualClock().now() + 1000;
  const room = await restoreWorld(
    ['x', 'gone'].map((id) => gameRecord({ id, revision: 2, expiresAtMs })),
    [atTurn('x', 1)],
  );
  room.clock.advance(2000);
  return room;
}

const targets = (plan: Plan<RestoreDetail>) =>
  plan.changes.map(({ target, effect }) => `${effect} ${target}`);

describe('the plan of a restore', () => {
  test('names every game, what it is and what it will be', async () => {
    const legacy = gameRecord({ id: 'both', layout: 'legacy', phase: 'SCORING' });
    const { plan } = await restoreWorld(
      [atTurn('gone', 3), atTurn('older', 2), atTurn('same', 5), atTurn('both', 1), legacy],
      [gameRecord({ id: 'older', revision: 4, phase: 'SCORING' }), atTurn('same', 5)],
    );
    const { changes, warnings, title, steps } = await plan();
    expect(title).toBe('Restore a to memory, games: 3 to create, 1 to overwrite, 1 unchanged, 0 to skip');
    expect(changes).toEqual([
      {
        target: 'archive staging-20261123T030000Z-before-restore',
        effect: 'create',
        why: 'keeps the games that are overwritten',
      },
      { target: 'gone', effect: 'create', to: 'revision 3, TURN' },
      { target: 'older', effect: 'update', from: 'revision 4, SCORING', to: 'revision 2, TURN' },
      { target: 'same', effect: 'unchanged', to: 'revision 5, TURN' },
      { target: 'both', effect: 'create', to: 'revision 1, TURN' },
      { target: 'both (legacy)', effect: 'create', to: 'SCORING' },
    ]);
    expect(warnings).toEqual(['Goes back to an older revision: older', 'Will exist in both layouts: both']);
    expect(steps).toEqual([
      'Verify the archive',
      'Keep the games that will be overwritten',
      'Write the games',
    ]);
  });

  test('warns when the archive is of another environment', async () => {
    const { backend, clock, files } = await restoreWorld([atTurn('x', 3)], []);
    const there = backupWorld({ backend, clock, files, stateDir: tempFolder(), environment: 'production' });
    const { warnings } = await there.restore.draft({ archive: 'a', onExisting: 'fail' });
    expect(warnings).toEqual(['The archive is of staging (memory); this is production']);
  });

  test('writes nothing to the target or the disk', async () => {
    const { plan, backend, files } = await restoreWorld([atTurn('x', 3), atTurn('y', 1)], [atTurn('x', 1)]);
    const before = files.changes();
    await plan();
    expect(backend.writes).toEqual([]);
    expect(files.changes()).toBe(before);
  });

  test('is refused under the policy fail when a game exists and differs, by name', async () => {
    const { plan } = await restoreWorld(
      [atTurn('x', 3), atTurn('y', 1), atTurn('z', 1)],
      [atTurn('x', 1), atTurn('y', 1)],
    );
    await expect(plan('fail')).rejects.toMatchObject({
      code: 'conflict',
      message: '1 game exists and differs from the archive: x',
    });
  });

  test('is refused when the archive is damaged anywhere', async () => {
    const { plan, files } = await restoreWorld([atTurn('x', 3)], []);
    const path = `${backupFolder}/a.gka`;
    const bytes = Buffer.from(files.bytes(path));
    bytes[bytes.length - 300] = (bytes[bytes.length - 300] ?? 0) ^ 1;
    files.put(path, bytes);
    await expect(plan()).rejects.toMatchObject({ code: 'integrity' });
  });

  test('shows what has expired since as a deletion of what is there, which is kept before', async () => {
    const { backend, apply, restore, plan, undo } = await expiredSince();
    const made = await plan();
    expect(made.changes).toEqual([
      expect.objectContaining({ why: 'keeps the games that are overwritten or removed' }),
      {
        ...{ target: 'x', effect: 'delete', from: 'revision 1, TURN' },
        why: 'Game x expired at 2026-11-23T03:00:01.000Z: stored again it would vanish at once',
      },
      {
        ...{ target: 'gone', effect: 'skip' },
        why: 'Game gone expired at 2026-11-23T03:00:01.000Z: stored again it would vanish at once',
      },
    ]);
    expect(made.title).toContain('0 to create, 0 to overwrite, 1 to delete, 0 unchanged, 1 to skip');
    expect(made.warnings).toContain('Removed, for the time at which the archive has them deleted is past: x');
    const report = await apply(restore, made);
    expect(report).toMatchObject({
      outcome: 'done',
      checks: [{ kind: 'pass', found: '1 of 1 game' }, { kind: 'pass' }],
    });
    expect(backend.records.size).toBe(0);
    await undo(report.runId);
    expect(backend.records.get('current:x')).toEqual(atTurn('x', 1));
  });

  test('deletes nothing that has expired in the archive unless the policy would replace it', async () => {
    const { plan } = await expiredSince();
    await expect(plan('fail')).rejects.toMatchObject({ code: 'conflict' });
    expect(targets(await plan('skip'))).toEqual(['skip x', 'skip gone']);
    // At an older revision than the archive's: what is no more is not newer.
    expect(targets(await plan('newer'))).toEqual(['skip x', 'skip gone']);
  });

  test('skips what the target has no place for, with the reason, and never asks it for that', async () => {
    const { backend, clock, files } = await restoreWorld([atTurn('x', 3), atTurn('longer', 1)], []);
    const readRecords: typeof backend.readRecords = (keys, signal) => {
      if (keys.some(({ id }) => id === 'longer')) throw new Error('no key can be this long');
      return backend.readRecords(keys, signal);
    };
    const narrow = { ...backend, readRecords, supports: { ...backend.supports, idBytes: 5 } };
    const there = backupWorld({ backend: narrow, clock, files, stateDir: tempFolder() });
    const { changes, title } = await there.restore.draft({ archive: 'a', onExisting: 'fail' });
    expect(title).toContain('1 to create, 0 to overwrite, 0 unchanged, 1 to skip');
    expect(changes).toContainEqual({
      target: 'longer',
      effect: 'skip',
      why: 'its id has 6 bytes, and embedded takes 1 to 5',
    });
  });

  test('says which games the target would refuse, and why, and without them a restore is done in part', async () => {
    const { clock, files } = await restoreWorld([atTurn('x', 3), atTurn('large', 1)], []);
    const target = recordBackend(clock);
    target.refuses = ({ id }) => (id === 'large' ? new Fault('refused', 'needs too much room') : undefined);
    const there = backupWorld({ backend: target, clock, files, stateDir: tempFolder() });
    const { changes, title, warnings } = await there.restore.draft({ archive: 'a', onExisting: 'fail' });
    expect(title).toContain('1 to create, 0 to overwrite, 0 unchanged, 1 to skip');
    expect(changes).toContainEqual({ target: 'large', effect: 'skip', why: 'needs too much room' });
    expect(warnings).toContain('Not restored: large');

    const report = await there.restoreAll({ onExisting: 'fail' });
    expect(report.outcome).toBe('partial');
    expect(report.steps.every(({ state }) => state.kind !== 'failed')).toBe(true);
    expect(report.checks).toContainEqual({ name: 'Games that were refused', kind: 'fail', found: 'large' });
    expect(target.writes.map(({ id }) => id)).toEqual(['x']);
  });

  test('writes what only the second side of dual writes refuses, and says before that it will not follow', async () => {
    const { clock, files } = await restoreWorld([atTurn('x', 3), atTurn('large', 1)], []);
    const [primary, secondary] = [recordBackend(clock), recordBackend(clock)];
    secondary.refuses = ({ id }) =>
      id === 'large' ? new Fault('refused', 'needs too much room') : undefined;
    const both = withDualWrite(primary, secondary, { clock: systemClock });
    const there = backupWorld({ backend: both, clock, files, stateDir: tempFolder() });
    const { changes, warnings } = await there.restore.draft({ archive: 'a', onExisting: 'fail' });
    expect(changes).toContainEqual({
      target: 'large',
      effect: 'create',
      to: 'revision 1, TURN',
      why: 'the secondary refuses it: needs too much room',
    });
    expect(warnings).toContain('Restored on the primary only, for the secondary refuses them: large');
    await there.restoreAll({ onExisting: 'fail' });
    expect(await both.dualWrite.settle()).toBe(1);
    expect([primary.records.has('current:large'), secondary.records.has('current:large')]).toEqual([
      true,
      false,
    ]);
  });

  test('is made although nobody knows what a second side would refuse, and says that', async () => {
    const { clock, files } = await restoreWorld([atTurn('x', 3)], []);
    const secondary = recordBackend(clock);
    secondary.refusals = () => Promise.reject(new Fault('backend-unreachable', 'it is away'));
    const both = withDualWrite(recordBackend(clock), secondary, { clock: systemClock });
    const there = backupWorld({ backend: both, clock, files, stateDir: tempFolder() });
    const { changes, unverified } = await there.restore.draft({ archive: 'a', onExisting: 'fail' });
    expect(changes).toMatchObject([{ target: 'x', effect: 'create' }]);
    expect(unverified).toContain('Whether the secondary takes these games: it is away');
  });

  test('skips a game whose place holds something unreadable, under every policy but fail', async () => {
    const { plan, backend } = await restoreWorld([atTurn('x', 3)], []);
    backend.unreadable.add('current:x');
    await expect(plan('fail')).rejects.toMatchObject({ code: 'conflict' });
    for (const policy of ['skip', 'newer', 'overwrite'] as const) {
      expect(targets(await plan(policy))).toEqual(['skip x']);
    }
  });

  test('takes only the games that were asked for, in both layouts', async () => {
    const legacy = gameRecord({ id: 'x', layout: 'legacy' });
    const { plan } = await restoreWorld([atTurn('x', 3), legacy, atTurn('y', 1)], []);
    expect(targets(await plan('fail', ['x']))).toEqual(['create x', 'create x (legacy)']);
    await expect(plan('fail', ['x', 'nobody', ''])).rejects.toMatchObject({
      code: 'not-found',
      message: 'Not in the archive: nobody, (empty)',
    });
    await expect(plan('fail', ['x,y'])).rejects.toMatchObject({
      next: expect.stringContaining('spaces between them, no commas'),
    });
  });

  test('goes stale when a game it would touch moves on, not when one it skips does', async () => {
    const { plan, apply, restore, backend } = await restoreWorld(
      [atTurn('x', 3), atTurn('y', 3)],
      [atTurn('x', 1), atTurn('y', 9)],
    );
    const first = await plan('newer');
    backend.records.set('current:y', atTurn('y', 10));
    expect(await restore.basis(first.detail)).toBe(first.basis);
    backend.records.set('current:x', atTurn('x', 2));
    await expect(apply(restore, first)).rejects.toMatchObject({ code: 'stale' });
    expect(backend.writes).toEqual([]);
  });

  test.each(['skip', 'newer'] as const)(
    'lets a game that is equal be played on under the policy %s, which would leave it alone anyway',
    async (onExisting) => {
      const { plan, apply, restore, backend } = await restoreWorld(
        [atTurn('x', 3), atTurn('live', 3)],
        [atTurn('live', 3)],
      );
      const made = await plan(onExisting);
      backend.records.set('current:live', atTurn('live', 4));
      const report = await apply(restore, made);
      expect(report).toMatchObject({
        outcome: 'done',
        checks: [{ kind: 'pass', found: '1 of 1 game; 1 left alone and no longer equal' }],
      });
      expect(backend.records.get('current:live')).toEqual(atTurn('live', 4));
    },
  );

  test.each(['overwrite', 'fail'] as const)(
    'goes stale when an equal game is played on under the policy %s',
    async (onExisting) => {
      const { plan, apply, restore, backend } = await restoreWorld([atTurn('live', 3)], [atTurn('live', 3)]);
      const made = await plan(onExisting);
      backend.records.set('current:live', atTurn('live', 4));
      await expect(apply(restore, made)).rejects.toMatchObject({ code: 'stale' });
    },
  );

  test('goes stale when a game that it would leave alone is gone', async () => {
    const { plan, apply, restore, backend } = await restoreWorld([atTurn('live', 3)], [atTurn('live', 3)]);
    const made = await plan('skip');
    backend.records.delete('current:live');
    await expect(apply(restore, made)).rejects.toMatchObject({ code: 'stale' });
  });

  test('is stale on any target but the one it shows', async () => {
    const { plan, clock, files, stateDir } = await restoreWorld([atTurn('x', 3)], []);
    const made = await plan();
    const elsewhere = { ...recordBackend(clock), location: 'another memory' };
    const there = backupWorld({ backend: elsewhere, clock, files, stateDir });
    await expect(there.apply(there.restore, made)).rejects.toMatchObject({ code: 'stale' });
    expect(elsewhere.writes).toEqual([]);
  });
});

const policy = fc.constantFrom(...restorePolicies);

describe('a restore', () => {
  test('changes exactly what its plan says, and a second one changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(archiveAndTarget, policy, async ({ archived, present }, onExisting) => {
        const { plan, apply, restore, backend, clock } = await restoreWorld(archived, present);
        clock.advance(untilExpiredMs);
        const before = backend.digests();
        const planned = await plan(onExisting).catch((thrown: unknown) => thrown);
        if (planned instanceof Fault) {
          expect(onExisting).toBe('fail');
          return;
        }
        const made = planned as Plan<RestoreDetail>;
        const report = await apply(restore, made);
        const after = backend.digests();

        const expected = { ...before };
        for (const { does, archived: digest, ...key } of made.detail.games) {
          if (does === 'create' || does === 'update') expected[keyText(key)] = digest;
          if (does === 'delete') delete expected[keyText(key)];
        }
        expect(after).toEqual(expected);
        expect(report.outcome).toBe('done');
        if (onExisting === 'newer') expectNoneLowered(present, backend.records);

        const again = await plan(onExisting);
        expect(again.changes.filter(({ effect }) => effect !== 'skip' && effect !== 'unchanged')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  test('first keeps what it overwrites in an archive that brings it back', async () => {
    const { restoreAll, backend, store } = await restoreWorld(
      [atTurn('x', 3), atTurn('y', 2)],
      [atTurn('x', 7)],
    );
    const report = await restoreAll();
    expect(report).toMatchObject({ outcome: 'done' });
    const { archives } = await store.list();
    const safety = archives.find(({ name }) => name.endsWith('-before-restore'));
    expect(safety).toMatchObject({
      verifiedAtMs: expect.any(Number),
      manifest: { games: 1, purpose: 'before-restore' },
    });
    expect(report.steps[1]?.state).toMatchObject({
      kind: 'done',
      note: expect.stringContaining(safety?.name ?? '?'),
    });
    await restoreAll({ archive: safety?.name ?? '' });
    expect(backend.records.get('current:x')).toEqual(atTurn('x', 7));
  });

  test('overwrites nothing when that archive cannot be written', async () => {
    const { plan, apply, restore, backend, files } = await restoreWorld([atTurn('x', 3)], [atTurn('x', 7)]);
    const made = await plan();
    files.crashAfter(0);
    expect(await apply(restore, made)).toMatchObject({ outcome: 'failed' });
    expect(backend.writes).toEqual([]);
  });

  test('overwrites nothing when that archive is damaged once it is written', async () => {
    const { plan, apply, restore, backend, files } = await restoreWorld([atTurn('x', 3)], [atTurn('x', 7)]);
    const made = await plan();
    const { moveToFree } = files;
    files.moveToFree = async (from, to) => {
      await moveToFree(from, to);
      if (to.endsWith('.gka')) files.bytes(to)[200] = (files.bytes(to)[200] ?? 0) ^ 1;
    };
    const { outcome, steps } = await apply(restore, made);
    expect([outcome, steps[1]?.state]).toMatchObject([
      'failed',
      { fault: { code: 'integrity', message: expect.stringMatching(/-before-restore is not whole: /) } },
    ]);
    expect(backend.writes).toEqual([]);
  });

  test('leaves a game alone that moves while it runs, and calls itself partial', async () => {
    const { plan, apply, restore, backend } = await restoreWorld(
      [atTurn('x', 3), atTurn('y', 3)],
      [atTurn('x', 1), atTurn('y', 1)],
    );
    const made = await plan();
    backend.beforeWrite = ({ id }) => {
      if (id === 'x') backend.records.set('current:x', atTurn('x', 2));
    };
    const report = await apply(restore, made);
    expect(report.outcome).toBe('partial');
    expect(report.steps[2]?.state).toMatchObject({
      kind: 'failed',
      fault: { code: 'partial', message: '1 of 2 games written; changed since the plan and left alone: x' },
    });
    expect(report.checks[0]).toMatchObject({ kind: 'fail', found: '1 of 2 games; not: x' });
    expect(backend.records.get('current:x')).toEqual(atTurn('x', 2));
  });

  test('never overwrites a game that moved before it was kept, even if it moves back', async () => {
    const { plan, apply, restore, backend } = await restoreWorld([atTurn('x', 3)], [atTurn('x', 1)]);
    const made = await plan();
    let reads = 0;
    backend.beforeRead = () => {
      reads++;
      // 1 compares the plan's basis, 2 keeps the game, 3 is after that.
      backend.records.set('current:x', atTurn('x', reads === 2 ? 2 : 1));
    };
    const report = await apply(restore, made);
    expect(report.outcome).toBe('partial');
    expect(backend.writes).toEqual([]);
  });

  test('claims no game that it did not write, even if somebody else restored it meanwhile', async () => {
    const { plan, apply, restore, backend } = await restoreWorld([atTurn('x', 3)], []);
    const made = await plan();
    backend.beforeWrite = () => backend.records.set('current:x', atTurn('x', 3));
    const report = await apply(restore, made);
    expect(report.outcome).toBe('failed');
    expect(report.steps[1]?.state).toMatchObject({
      fault: { message: '0 of 1 game written; changed since the plan and left alone: x' },
    });
  });

  test('stops when the backend goes away, and says that the outcome is not known', async () => {
    const ids = Array.from({ length: 100 }, (_, number) => `game-${number}`);
    const { plan, apply, restore, backend } = await restoreWorld(
      ids.map((id) => atTurn(id, 3)),
      [],
    );
    const made = await plan();
    backend.beforeWrite = () => {
      if (backend.writes.length > 40) throw new Fault('backend-unreachable', 'Redis is gone');
    };
    const report = await apply(restore, made);
    expect(report.outcome).toBe('partial');
    expect(report.steps[1]?.state).toMatchObject({ kind: 'unknown', fault: { code: 'partial' } });
    expect(backend.writes.length).toBeLessThan(100);
  });

  test('that is interrupted reads back what it did', async () => {
    const ids = Array.from({ length: 100 }, (_, number) => `game-${number}`);
    const { plan, apply, restore, backend } = await restoreWorld(
      ids.map((id) => atTurn(id, 3)),
      [],
    );
    const made = await plan();
    const abort = new AbortController();
    backend.beforeWrite = () => {
      if (backend.writes.length === 10) abort.abort();
    };
    const report = await apply(restore, made, abort.signal);
    expect(report.outcome).toBe('interrupted');
    expect(report.checks[0]?.found).toMatch(/^10 of 100 games/);
  });

  test('tells what it reads while it is planned', async () => {
    const { restore } = await restoreWorld([atTurn('x', 3), atTurn('y', 3)], []);
    const told: unknown[][] = [];
    await restore.draft({ archive: 'a', onExisting: 'skip' }, (...about) => told.push(about));
    expect(told.at(0)).toEqual(['Reading a', expect.any(Number), expect.any(Number), 'bytes']);
    expect(told.at(-1)).toEqual(['Comparing', 2, 2, 'games']);
  });

  test('that has nothing to do is known to be done', async () => {
    const { restoreAll } = await restoreWorld([atTurn('x', 3)], [atTurn('x', 1)]);
    const report = await restoreAll({ onExisting: 'skip' });
    expect(report).toMatchObject({
      outcome: 'done',
      checks: [{ kind: 'pass', found: 'nothing was due; 1 skipped as planned' }],
    });
    expect(outcomeText(report)).toBe('DONE: nothing was due, and every check passed.');
    expect(nextSteps(report)).toEqual([]);
  });

  test('that finds a game played on since cannot call it wrong, nor right', async () => {
    const { plan, apply, restore, backend } = await restoreWorld([atTurn('x', 3), atTurn('y', 3)], []);
    const made = await plan();
    let written = 0;
    backend.beforeWrite = () => written++;
    backend.beforeRead = () => {
      if (written === 2) backend.records.set('current:x', atTurn('x', 4));
    };
    const report = await apply(restore, made);
    expect(report.outcome).toBe('inconclusive');
    expect(report.checks[0]?.found).toBe('1 of 2 games; played on since: x');
  });

  test('refuses an archive that was exchanged after the preview', async () => {
    const { plan, apply, restore, backend, files, backUp } = await restoreWorld([atTurn('x', 3)], []);
    const made = await plan();
    backend.records.set('current:y', atTurn('y', 1));
    await backUp('b');
    files.put(`${backupFolder}/a.gka`, files.bytes(`${backupFolder}/b.gka`));
    await expect(apply(restore, made)).rejects.toMatchObject({ code: 'stale' });
    expect(backend.writes).toEqual([]);
  });

  test('writes nothing of an archive that was exchanged after it was verified', async () => {
    const { plan, apply, restore, backend, files, backUp } = await restoreWorld(
      [atTurn('x', 3)],
      [atTurn('x', 1)],
    );
    await backUp('b');
    const made = await plan();
    let reads = 0;
    backend.beforeRead = () => {
      // 1 compares the plan's basis, 2 keeps the game, which is after the archive was verified.
      if (++reads === 2) files.put(`${backupFolder}/a.gka`, files.bytes(`${backupFolder}/b.gka`));
    };
    const report = await apply(restore, made);
    expect(report.steps[2]?.state).toMatchObject({
      kind: 'failed',
      fault: {
        code: 'stale',
        message: '0 of 1 game written; 1 not begun; stopped: The archive no longer holds what the plan shows',
      },
    });
    expect(backend.writes).toEqual([]);
  });
});

test('an archive of one backend gives the same digests as the target reads', async () => {
  const { store, restoreAll, backend } = await restoreWorld([atTurn('x', 3)], []);
  await restoreAll();
  await checkStored(store, await store.resolve('a'), {
    onRecord({ record, digest }) {
      expect(recordDigest(backend.records.get(keyText(record)) ?? record)).toBe(digest);
    },
  });
});

function expectNoneLowered(present: readonly GameRecord[], now: ReadonlyMap<string, GameRecord>): void {
  for (const before of present) {
    const after = now.get(keyText(before))?.revision ?? 0;
    expect(after).toBeGreaterThanOrEqual(before.revision ?? 0);
  }
}
