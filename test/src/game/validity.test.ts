import { expect, test } from 'vitest';
import type { Json } from '../../../src/game/game.ts';
import { type ProblemType, stateProblems } from '../../../src/game/validity.ts';

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

test.each<[string, Json, ProblemType, string]>([
  ['no room id', { ...valid, room_id: '' }, 'room-id', 'room_id: must not be empty'],
  ['one player', { ...valid, players: players(1) }, 'players', 'players: 1, at least 2 are needed'],
  ['nine players', { ...valid, players: players(9) }, 'players', 'players: must have 8 entries at most'],
  ['a player without an id', { ...valid, players: [{ id: 'a' }, {}] }, 'players', 'players.1.id: is missing'],
  [
    'two players with one id',
    { ...valid, players: [{ id: 'a' }, { id: 'a' }] },
    'players',
    'players: two have one id',
  ],
  [
    'no time of creation',
    { room_id: 'r', players: players(2), updated_at: valid.updated_at },
    'timestamps',
    'created_at: is missing',
  ],
  [
    'a time that is none',
    { ...valid, updated_at: 'yesterday' },
    'timestamps',
    'updated_at: must be a time like 2026',
  ],
  [
    'time running backwards',
    { ...valid, updated_at: '2026-11-23T02:59:59.999Z' },
    'timestamps',
    'updated_at: before',
  ],
  [
    'more than 4 h',
    { ...valid, updated_at: '2026-11-23T07:00:00.001Z' },
    'duration',
    'updated_at: more than 4 h',
  ],
])('%s is a problem with a type, and names the field', (_what, state, type, message) => {
  expect(stateProblems(state, 'TURN')).toEqual([{ type, message: expect.stringContaining(message) }]);
});

test('a room that waits may lack players', () => {
  expect(stateProblems({ ...valid, players: [] }, 'NOT_STARTED')).toEqual([]);
});

test.each<Json>([null, 'state', []])('%j is no state of a game', (state) => {
  expect(stateProblems(state, 'TURN')).toMatchObject([{ type: 'state' }]);
});

test('every problem is told, not only the first', () => {
  const state = { ...valid, room_id: '', players: [{ id: '' }], created_at: 'now' };
  expect(stateProblems(state, 'TURN').map(({ type }) => type)).toEqual([
    'room-id',
    'players',
    'timestamps',
    'players',
  ]);
});
