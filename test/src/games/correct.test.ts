import { describe, expect, test } from 'vitest';
import { correctionProblems } from '../../../src/games/correction-problems.ts';
import { gamesWorld, stateOf } from '../../setup/games-world.ts';
import { heldGames } from '../../setup/held-games.ts';

const id = 'room-1';
const reason = 'ada lost a card to a bug';
const corrected = { ...stateOf(id, 7), turn: 8 };

test('writes the state with reason and actor, and shows what differs before', async () => {
  const world = gamesWorld();
  await world.play(id);
  const { found } = await world.games.edit(id);
  const plan = await world.runner.prepare(world.correct, { id, state: corrected, reason, found });
  expect(plan.title).toBe('Correct game room-1 by hand: ada lost a card to a bug');
  expect(plan.changes).toEqual([
    { target: 'game room-1', effect: 'update', from: 'revision 7, TURN', to: 'revision 8, TURN' },
    { target: '/turn', effect: 'update', from: '7', to: '8' },
  ]);
  expect(await world.apply(world.correct, plan)).toMatchObject({ outcome: 'done' });
  const view = await world.games.show({ id });
  expect(view?.state).toMatchObject({ kind: 'proved', revision: 8, state: corrected });
  expect(view?.events.at(-1)).toMatchObject({ type: 'CORRECTED', actor: 'ana@bastion', reason });
  expect(view?.row.problems).toEqual([]);
});

test('corrects the phase too, also to one that could not follow', async () => {
  const world = gamesWorld();
  await world.play(id);
  await world.run(world.correct, { id, state: corrected, phase: 'DECLARATION', reason });
  expect((await world.games.show({ id }))?.row).toMatchObject({ phase: 'DECLARATION', problems: [] });
});

test('names every problem of a state that is not valid, and plans nothing', async () => {
  const world = gamesWorld();
  await world.play(id);
  const state = { ...stateOf(id, 7), room_id: '', players: [{ id: 'ada' }, {}], updated_at: 'soon' };
  await expect(world.correct.draft({ id, state, reason })).rejects.toMatchObject({
    code: 'game-invalid',
    message: expect.stringMatching(/room_id: .*; players\.1\.id: .*; updated_at: /),
  });
});

test('a state of another game is refused, one that has always named another is not', async () => {
  const world = gamesWorld();
  await world.play(id);
  const pasted = { ...corrected, room_id: 'room-2' };
  await expect(world.correct.draft({ id, state: pasted, reason })).rejects.toMatchObject({
    code: 'game-invalid',
    message: expect.stringContaining('room_id: it names "room-2", and this is game "room-1"'),
  });
  expect(correctionProblems(id, pasted, 'TURN', { state: stateOf('room-2', 7), phase: 'TURN' })).toEqual([]);
});

test.each([
  ['TURN', 'TURN', undefined, []],
  ['SCORING', 'TURN', 'TURN', ['phase: it says SCORING, and the game would be in TURN: correct one of them']],
  ['TURN', 'SCORING', 'TURN', ['phase: it says TURN, and the game would be in SCORING: correct one of them']],
  ['SCORING', 'TURN', 'SCORING', []],
  ['the second', 'TURN', undefined, []],
] as const)(
  'a state that says %s goes with the phase %s, or said so before (%s)',
  (says, phase, said, problems) => {
    const before = { state: said === undefined ? undefined : { phase: said }, phase: 'TURN' };
    expect(correctionProblems(id, { ...corrected, phase: says }, phase, before)).toEqual(problems);
  },
);

describe('is refused', () => {
  test.each([
    ['without a reason', { reason: ' ' }, 'wrong-use'],
    ['with a phase that is none', { phase: 'TRUN' }, 'wrong-use'],
    ['with nothing changed', { state: stateOf(id, 7) }, 'wrong-use'],
    ['with the state of an older edit', { found: 'ab'.repeat(32) }, 'stale'],
  ])('%s', async (_why, input, code) => {
    const world = gamesWorld();
    await world.play(id);
    const draft = world.correct.draft({ id, state: corrected, reason, ...input });
    await expect(draft).rejects.toMatchObject({ code });
  });

  test('when the game has moved since the preview', async () => {
    const world = gamesWorld();
    await world.play(id);
    const plan = await world.runner.prepare(world.correct, { id, state: corrected, reason });
    await world.playOn(id);
    await expect(world.apply(world.correct, plan)).rejects.toMatchObject({ code: 'stale' });
  });

  test('while a server holds the game, unless it is evicted first', async () => {
    const admin = heldGames('one');
    const world = gamesWorld({ admin });
    await world.play(id);
    admin.load('one', id);
    const input = { id, state: corrected, reason };
    await expect(world.correct.draft(input)).rejects.toMatchObject({ code: 'refused' });
    expect(await world.run(world.correct, { ...input, evict: true })).toMatchObject({ outcome: 'done' });
    expect(admin.calls).toEqual(['evict room-1 from one']);
  });
});

test('starts from the newest state that is proved, and says that it is older', async () => {
  const world = gamesWorld();
  await world.play(id);
  await world.flip(id, 'e:7');
  const game = await world.games.edit(id);
  expect(game).toMatchObject({ revision: 7, phase: 'TURN', proved: { revision: 6, state: stateOf(id, 6) } });
  const { warnings } = await world.correct.draft({ id, state: corrected, reason, found: game.found });
  expect(warnings).toEqual(['The newest state is not proved: what is shown is what differs from revision 6']);
});

test('gives a game that nothing proves its state back', async () => {
  const world = gamesWorld();
  await world.play(id);
  for (const field of ['e:1', 's:4', 's:6']) await world.flip(id, field);
  expect((await world.games.edit(id)).proved).toBeUndefined();
  expect(await world.run(world.correct, { id, state: corrected, reason })).toMatchObject({ outcome: 'done' });
  expect(await world.newest(id)).toMatchObject({ kind: 'proved', revision: 8, state: corrected });
});
