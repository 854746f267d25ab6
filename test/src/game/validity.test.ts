import { expect, test } from 'vitest';
import type { Json } from '../../../src/game/game.ts';
import { stateProblems } from '../../../src/game/validity.ts';

const players = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `p${index}` }));

const valid = {
  room_id: 'room-1',
  players: players(3),
  created_at: '2026-11-23T03:00:00.000Z',
  updated_at: '2026-11-23T07:00:00.000Z',
  deck: [1, 2, 3],
};

test('a valid state has no problems, whatever else it holds', () => {
  expect(stateProblems(valid, 'TURN')).toEqual([]);
});

test.each<[string, Json, string]>([
  ['no room id', { ...valid, room_id: '' }, 'room_id'],
  ['one player', { ...valid, players: players(1) }, 'players: 1, at least 2 are needed'],
  ['nine players', { ...valid, players: players(9) }, 'players'],
  ['a player without an id', { ...valid, players: [{ id: 'a' }, {}] }, 'players.1.id'],
  ['two players with one id', { ...valid, players: [{ id: 'a' }, { id: 'a' }] }, 'players: two have one id'],
  ['no time of creation', { room_id: 'r', players: players(2), updated_at: valid.updated_at }, 'created_at'],
  ['a time that is none', { ...valid, updated_at: 'yesterday' }, 'updated_at'],
  ['time running backwards', { ...valid, updated_at: '2026-11-23T02:59:59.999Z' }, 'updated_at: before'],
  ['more than 4 h', { ...valid, updated_at: '2026-11-23T07:00:00.001Z' }, 'updated_at: more than 4 h'],
])('%s is a problem that names the field', (_what, state, problem) => {
  expect(stateProblems(state, 'TURN')).toEqual([expect.stringContaining(problem)]);
});

test('a room that waits may lack players', () => {
  expect(stateProblems({ ...valid, players: [] }, 'NOT_STARTED')).toEqual([]);
});

test.each<Json>([null, 'state', []])('%j is no state of a game', (state) => {
  expect(stateProblems(state, 'TURN')).toHaveLength(1);
});
