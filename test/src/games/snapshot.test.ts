import { expect, test } from 'vitest';
import { gamesWorld } from '../../setup/games-world.ts';
import { heldGames } from '../../setup/held-games.ts';

const id = 'room-1';

test('a game that nobody holds gets its snapshot in storage', async () => {
  const world = gamesWorld({ admin: heldGames('one') });
  await world.play(id);
  expect(await world.run(world.snapshot, { id })).toMatchObject({ outcome: 'done' });
  const view = await world.games.show({ id });
  expect(view?.snapshots.map(({ revision, trigger }) => [revision, trigger])).toEqual([
    [4, 'manual'],
    [6, 'manual'],
    [7, 'manual'],
  ]);
  expect(view?.row.problems).toEqual([]);
  // There is nothing left to take.
  const again = await world.runner.prepare(world.snapshot, { id });
  expect(again).toMatchObject({ steps: [], changes: [{ effect: 'unchanged' }] });
  expect(await world.apply(world.snapshot, again)).toMatchObject({ outcome: 'done' });
});

test('the server that has come furthest takes it, and a game that moves on is no obstacle', async () => {
  const admin = heldGames('one', 'two');
  const world = gamesWorld({ admin });
  await world.play(id);
  admin.load('one', id, { revision: 5 });
  admin.load('two', id, { revision: 8 });
  const plan = await world.runner.prepare(world.snapshot, { id });
  expect(plan.changes[0]).toMatchObject({ effect: 'create', to: 'revision 7 or later' });
  await world.playOn(id);
  const report = await world.apply(world.snapshot, plan);
  expect(admin.calls).toEqual(['snapshot room-1 on two']);
  // That server only says so: what is in storage counts.
  expect(report).toMatchObject({ outcome: 'partial', checks: [{ kind: 'fail' }] });
});

test('a state that is not proved gets none', async () => {
  const world = gamesWorld();
  await world.play(id);
  await world.flip(id, 'e:7');
  await expect(world.snapshot.draft({ id })).rejects.toMatchObject({ code: 'integrity' });
});

test('a plan is stale once the game has moved', async () => {
  const world = gamesWorld();
  await world.play(id);
  const plan = await world.runner.prepare(world.snapshot, { id });
  await world.playOn(id);
  await expect(world.apply(world.snapshot, plan)).rejects.toMatchObject({ code: 'stale' });
});
