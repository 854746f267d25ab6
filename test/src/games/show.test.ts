import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backend/port.ts';
import { Fault } from '../../../src/base/fault.ts';
import { createGames } from '../../../src/games/games.ts';
import { testCodec } from '../../setup/engine-room.ts';
import { legacyRecord } from '../../setup/game-records.ts';
import { gamesWorld, stateOf } from '../../setup/games-world.ts';
import { heldGames } from '../../setup/held-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const id = 'room-1';

test('phases are a timeline that ends with the one that goes on', async () => {
  const world = gamesWorld();
  await world.play(id);
  const view = await world.games.show({ id });
  expect(view?.timeline.map(({ phase, revision, lastedMs }) => [phase, revision, lastedMs])).toEqual([
    ['NOT_STARTED', 1, 60_000],
    ['PREPARATION', 2, 60_000],
    ['DECLARATION', 3, 60_000],
    ['TURN', 4, 120_000],
    ['SCORING', 6, 60_000],
    ['TURN', 7, undefined],
  ]);
  expect(view?.timeline[0]).toMatchObject({ type: 'CREATED', actor: 'host' });
});

test('a state that is not proved is shown as what it is: behind', async () => {
  const world = gamesWorld();
  await world.play(id);
  await world.flip(id, 'e:7');
  const view = await world.games.show({ id });
  expect(view?.state).toEqual({ kind: 'behind', revision: 6, phase: 'SCORING', state: stateOf(id, 6) });
  expect(view?.events.at(-1)).toMatchObject({ revision: 7, problem: expect.stringContaining('checksum') });
});

test('each server says what it holds, or why it cannot', async () => {
  const admin = heldGames('one', 'two');
  const since = '2026-11-23T03:05:00.000Z';
  admin.load('two', id, { ahead: 3, unpersisted_since: since, diverged_at: 5 });
  const fault = new Fault('unsupported', 'three has no admin API');
  const find: typeof admin.find = async (ids) => [...(await admin.find(ids)), { server: 'three', fault }];
  const world = gamesWorld({ admin: { ...admin, servers: ['one', 'two', 'three'], find } });
  await world.play(id);
  expect((await world.games.show({ id }))?.heldBy).toEqual([
    { server: 'one', kind: 'not-held' },
    {
      server: 'two',
      kind: 'held',
      revision: 7,
      ahead: 3,
      unpersistedSinceMs: Date.parse(since),
      divergedAt: 5,
    },
    { server: 'three', kind: 'unread', fault },
  ]);
});

test('a game on hold says until when, on every server that has it so', async () => {
  const admin = heldGames('one', 'two');
  admin.load('two', id);
  const world = gamesWorld({ admin });
  await world.play(id);
  const hold = await admin.hold('two', id, 60_000);
  if (hold.kind !== 'on-hold') throw new Error(hold.kind);
  const { untilMs } = hold;
  expect((await world.games.show({ id }))?.heldBy).toEqual([
    { server: 'one', kind: 'not-held' },
    { server: 'two', kind: 'held', revision: 7, ahead: 0, onHoldUntilMs: untilMs },
  ]);
  const other = { id: 'other', layout: 'current', problems: [] } as const;
  const rows = [{ ...other, id }, other, { ...other, id, layout: 'legacy' as const }];
  const marked = (await world.games.holds())?.mark(rows);
  expect(marked?.map(({ onHoldUntilMs }) => onHoldUntilMs)).toEqual([untilMs, undefined, undefined]);
  admin.dead.add('one');
  expect(await world.games.holds()).toMatchObject({ unasked: [{ server: 'one' }] });
});

describe('a second storage', () => {
  const clock = virtualClock();
  const record = legacyRecord('old');
  const backend = recordBackend(clock, [record]);
  const shown = (open: () => Promise<Backend>) =>
    createGames({
      backend,
      changing: async () => backend,
      secondary: { location: 'elsewhere', open },
      codec: testCodec,
      admin: undefined,
      clock,
    }).show({ id: 'old' });

  test.each([
    ['that has it', async () => recordBackend(clock, [record]), { kind: 'record' }],
    ['that lacks it', async () => recordBackend(clock), { kind: 'absent' }],
    [
      'that cannot be opened',
      () => Promise.reject(new Fault('backend-unreachable', 'nobody answers')),
      { kind: 'unread', fault: { message: 'nobody answers' } },
    ],
  ])('%s is told beside the first', async (_what, open, found) => {
    expect((await shown(open))?.stores).toMatchObject([
      { role: 'primary', location: 'memory', found: { kind: 'record' } },
      { role: 'secondary', location: 'elsewhere', found },
    ]);
  });
});

test('what a replica says is marked', async () => {
  const world = gamesWorld({ replicaOf: (backend) => ({ ...backend, readsFrom: 'replica' }) });
  await world.play(id);
  expect(world.games.readsFrom).toBe('replica');
  expect((await world.games.show({ id }))?.readsFrom).toBe('replica');
});
