import { describe, expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { RecoveryMode } from '../../../src/engine/recovery-mode.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { gamesWorld, stateOf } from '../../setup/games-world.ts';
import { heldGames } from '../../setup/held-games.ts';

const id = 'room-1';
const latest: RecoveryMode = { kind: 'latest' };
const toFourth: RecoveryMode = { kind: 'snapshot', revision: 4 };

describe('each mode', () => {
  test.each<[RecoveryMode, number]>([
    [toFourth, 4],
    [{ kind: 'snapshot', revision: 6 }, 6],
    // The third revision came two minutes after the first.
    [{ kind: 'point-in-time', atMs: Date.UTC(2026, 10, 23, 3, 2, 30) }, 3],
  ])('%j writes that state on top, and history stays', async (mode, turn) => {
    const world = gamesWorld();
    await world.play(id);
    const report = await world.run(world.recover, { id, mode, reason: 'stuck' });
    expect(report.outcome).toBe('done');
    const view = await world.games.show({ id });
    expect(view).toMatchObject({
      row: { revision: 8, events: 8, problems: [] },
      state: { kind: 'proved', revision: 8, state: stateOf(id, turn) },
    });
    expect(view?.events.at(-1)).toMatchObject({ type: 'RECOVERED', actor: 'ana@bastion', reason: 'stuck' });
  });

  test('before the last error', async () => {
    const world = gamesWorld();
    await world.play(id);
    await world.damage(id, (fields) => {
      const bytes = fields.get('e:6') ?? new Uint8Array();
      const event = world.codec.decodeEvent(bytes, id);
      fields.set('e:6', world.codec.encode({ ...event, error: 'cards went missing' }, id));
    });
    await world.run(world.recover, { id, mode: { kind: 'before-error' } });
    expect(await world.newest(id)).toMatchObject({ revision: 8, state: stateOf(id, 5) });
  });

  test.each<[RecoveryMode, RegExp]>([
    [{ kind: 'snapshot', revision: 5 }, /no snapshot of revision 5; those that are kept: 4, 6/],
    [{ kind: 'before-error' }, /no transition is known in which the game failed/],
    [{ kind: 'point-in-time', atMs: 1000 }, /created after that/],
  ])('%j that leads nowhere is not found, and says why', async (mode, message) => {
    const world = gamesWorld();
    await world.play(id);
    const failed = world.recover.draft({ id, mode });
    await expect(failed).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(message),
    });
  });
});

describe('the newest state', () => {
  test('of a healthy game stays as it is, and the run says so', async () => {
    const world = gamesWorld();
    await world.play(id);
    const before = await world.record(id);
    const plan = await world.runner.prepare(world.recover, { id, mode: latest });
    expect(plan).toMatchObject({
      title: 'Recover game room-1: nothing to do, its newest state is proved',
      steps: [],
      changes: [{ target: 'game room-1', effect: 'unchanged' }],
    });
    // It is played on, which is no reason to refuse what does nothing.
    await world.playOn(id);
    const report = await world.apply(world.recover, plan);
    expect(report).toMatchObject({ outcome: 'done', checks: [{ kind: 'pass' }] });
    expect(await world.record(id)).not.toEqual(before);
    expect(await world.newest(id)).toMatchObject({ kind: 'proved', revision: 8 });
  });

  test('that needs no damaged record stays too, and the damage is named', async () => {
    const world = gamesWorld();
    await world.play(id);
    await world.flip(id, 'e:2');
    const { steps, warnings } = await world.recover.draft({ id, mode: latest });
    expect(steps).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^Damaged, and not needed for this state: event 2: .*checksum/),
    ]);
  });

  test('that is damaged gives way to the newest that is proved, and says what is lost', async () => {
    const world = gamesWorld();
    await world.play(id);
    await world.flip(id, 'e:7');
    const plan = await world.runner.prepare(world.recover, { id, mode: latest });
    expect(plan.title).toBe('Recover game room-1 to revision 6 (latest)');
    expect(plan.warnings.join('\n')).toMatch(/revision 7 cannot be rebuilt.*\n.*event 7: /s);
    expect(await world.apply(world.recover, plan)).toMatchObject({ outcome: 'done' });
    expect(await world.newest(id)).toMatchObject({ kind: 'proved', revision: 8, state: stateOf(id, 6) });
    // The same once more finds nothing to do.
    expect((await world.runner.prepare(world.recover, { id, mode: latest })).steps).toEqual([]);
  });

  test.each(['rev', 'phase', 'created', 'updated'])(
    'with a damaged head has it written anew (%s)',
    async (field) => {
      const world = gamesWorld();
      await world.play(id);
      await world.damage(id, (fields) => fields.set(field, Buffer.from('???')));
      expect(await world.run(world.recover, { id, mode: latest })).toMatchObject({ outcome: 'done' });
      expect(await world.games.show({ id })).toMatchObject({
        row: { revision: 8, phase: 'TURN', events: 8, problems: [] },
        state: { kind: 'proved', revision: 8, state: stateOf(id, 7) },
      });
      expect(await world.stored.read(parseGameId(id))).toMatchObject({
        revision: 8,
        createdAtMs: Date.UTC(2026, 10, 23, 3),
      });
    },
  );

  test('never lands on an event that is newer than the head says', async () => {
    const world = gamesWorld();
    await world.play(id);
    const seventh = (await world.record(id)).parts.find(({ name }) => Buffer.from(name).toString() === 'e:7');
    await world.damage(id, (fields) => fields.set('rev', Buffer.from('6')));
    await world.run(world.recover, { id, mode: latest });
    const after = await world.record(id);
    expect(after.parts.find(({ name }) => Buffer.from(name).toString() === 'e:7')).toEqual(seventh);
    expect(after.revision).toBe(8);
  });

  test('of a game that nothing proves is refused as damage', async () => {
    const world = gamesWorld();
    await world.play(id);
    for (const field of ['e:1', 's:4', 's:6']) await world.flip(id, field);
    const failed = world.recover.draft({ id, mode: latest });
    await expect(failed).rejects.toMatchObject({ code: 'integrity', next: expect.stringMatching(/backup/) });
  });

  test('of a game that there is not is not found', async () => {
    const failed = gamesWorld().recover.draft({ id: 'nobody', mode: latest });
    await expect(failed).rejects.toMatchObject({ code: 'not-found' });
  });
});

test('the preview is what happens: the fields that it names, and no others', async () => {
  const world = gamesWorld();
  await world.play(id);
  const { changes } = await world.runner.prepare(world.recover, { id, mode: toFourth });
  expect(changes).toEqual([
    expect.objectContaining({ target: 'game room-1', from: 'revision 7' }),
    { target: '/players/0/hand/1', effect: 'update', from: '"7 of hearts"', to: '"4 of hearts"' },
    { target: '/turn', effect: 'update', from: '7', to: '4' },
    {
      target: '/updated_at',
      effect: 'update',
      from: '"2026-11-23T03:07:00.000Z"',
      to: '"2026-11-23T03:04:00.000Z"',
    },
  ]);
});

test('a plan is stale once the game has moved', async () => {
  const world = gamesWorld();
  await world.play(id);
  const plan = await world.runner.prepare(world.recover, { id, mode: toFourth });
  await world.playOn(id);
  await expect(world.apply(world.recover, plan)).rejects.toMatchObject({ code: 'stale' });
  expect(await world.newest(id)).toMatchObject({ revision: 8, state: stateOf(id, 9) });
});

test('a game that moves in the last moment is left alone', async () => {
  const admin = heldGames('a');
  const world = gamesWorld({ admin });
  await world.play(id);
  admin.load('a', id);
  admin.onEvict = () => world.playOn(id);
  const report = await world.run(world.recover, { id, mode: toFourth, evict: true });
  expect(report).toMatchObject({
    outcome: 'partial',
    steps: [{ state: { kind: 'done' } }, { state: { kind: 'failed' } }],
  });
  expect(await world.newest(id)).toMatchObject({ revision: 8, state: stateOf(id, 9) });
});

test('a write whose answer is lost is found in storage', async () => {
  const lost = new Fault('backend-unreachable', 'the answer was lost', { retryable: true });
  const world = gamesWorld({
    wrap: (backend) => ({
      ...backend,
      async append(...call) {
        await backend.append(...call);
        throw lost;
      },
    }),
  });
  await world.play(id);
  expect(await world.run(world.recover, { id, mode: toFourth })).toMatchObject({ outcome: 'done' });
});

test('a write that never arrived is not called a success', async () => {
  const gone = new Fault('backend-unreachable', 'gone', { retryable: true });
  const world = gamesWorld({
    wrap: (backend) => ({ ...backend, append: () => Promise.reject(gone) }),
  });
  await world.play(id);
  const report = await world.run(world.recover, { id, mode: toFourth });
  expect(report.steps[0]?.state).toMatchObject({ kind: 'unknown' });
  expect(report.outcome).not.toBe('done');
  expect(await world.newest(id)).toMatchObject({ revision: 7 });
});

describe('a game that a server holds', () => {
  test('is refused, by the name of the server', async () => {
    const admin = heldGames('one', 'two');
    const world = gamesWorld({ admin });
    await world.play(id);
    admin.load('two', id);
    await expect(world.recover.draft({ id, mode: toFourth })).rejects.toMatchObject({
      code: 'refused',
      message: 'Game room-1 is in the memory of a server: two has revision 7',
      next: expect.stringContaining('--evict'),
    });
  });

  test('is evicted first when that is allowed, as the preview says', async () => {
    const admin = heldGames('one', 'two');
    const world = gamesWorld({ admin });
    await world.play(id);
    admin.load('two', id);
    const plan = await world.runner.prepare(world.recover, { id, mode: toFourth, evict: true });
    expect(plan.changes[0]).toEqual({
      target: 'game room-1 in the memory of two',
      effect: 'delete',
      from: 'revision 7',
      why: 'evicted before the write',
    });
    expect(plan.steps).toHaveLength(2);
    expect(await world.apply(world.recover, plan)).toMatchObject({ outcome: 'done' });
    expect(admin.calls).toEqual(['evict room-1 from two']);
    expect(await world.newest(id)).toMatchObject({ revision: 8, state: stateOf(id, 4) });
  });

  test('with transitions that are nowhere else is refused until their loss is accepted', async () => {
    const admin = heldGames('one');
    const world = gamesWorld({ admin });
    await world.play(id);
    admin.load('one', id, { ahead: 2 });
    const input = { id, mode: toFourth, evict: true };
    await expect(world.recover.draft(input)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('one has revision 7 and 2 transitions that are nowhere else'),
      next: expect.stringContaining('--discard'),
    });
    const plan = await world.runner.prepare(world.recover, { ...input, discard: true });
    expect(plan.warnings[0]).toMatch(/Lost for ever, of game room-1: .*2 transitions/);
    expect(await world.apply(world.recover, plan)).toMatchObject({ outcome: 'done' });
    expect(admin.calls).toEqual(['evict room-1 from one, discarding']);
  });

  test('since the preview makes the plan stale', async () => {
    const admin = heldGames('one');
    const world = gamesWorld({ admin });
    await world.play(id);
    const plan = await world.runner.prepare(world.recover, { id, mode: toFourth });
    admin.load('one', id);
    await expect(world.apply(world.recover, plan)).rejects.toMatchObject({ code: 'stale' });
  });

  test('cannot be known where no server can be asked, and the plan says so', async () => {
    const world = gamesWorld();
    await world.play(id);
    const { unverified } = await world.recover.draft({ id, mode: toFourth });
    expect(unverified).toEqual([expect.stringMatching(/^Whether a game server holds/)]);
  });
});
