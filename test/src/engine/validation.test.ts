import { expect, test } from 'vitest';
import type { Json } from '../../../src/game/game.ts';
import type { Phase } from '../../../src/game/phases.ts';
import { createExporter } from '../../../src/metrics/exporter.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const valid = {
  room_id: 'room-1',
  players: [{ id: 'ada' }, { id: 'bob' }],
  created_at: '2026-11-23T03:00:00.000Z',
  updated_at: '2026-11-23T03:00:00.000Z',
};
const first = { revision: 1, ahead: 0 };

async function started() {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend, { validate: true });
  await room.engine.create(id, valid, 'ada');
  return { backend, ...room };
}

test('a valid game is played', async () => {
  const { engine, seen } = await started();
  expect(await engine.append(id, move('PREPARATION', valid), first)).toMatchObject({ kind: 'committed' });
  expect(seen.validation).toEqual([]);
});

test('a transition is refused for all of its problems at once, each told by its type', async () => {
  const { engine, seen } = await started();
  const state = { ...valid, room_id: '', players: [{ id: 'ada' }], updated_at: '2026-11-24T03:00:00.000Z' };
  await expect(engine.append(id, move('TURN', state), first)).rejects.toMatchObject({
    code: 'game-invalid',
    message: expect.stringMatching(/phase: after NOT_STARTED comes PREPARATION; .*room_id: .*players: 1, at/),
  });
  expect(seen.validation.map(({ type }) => type)).toEqual(['phase', 'room-id', 'players', 'duration']);
});

test('a game that lasts too long may only come to its end, and is told of at each step', async () => {
  const { engine, seen } = await started();
  const late = { ...valid, updated_at: '2026-11-23T08:00:00.000Z' };
  const play = async (to: Phase, state: Json, revision: number) =>
    engine.append(id, move(to, state), { revision, ahead: 0 });
  for (const [index, to] of (['PREPARATION', 'DECLARATION', 'TURN'] as const).entries()) {
    await play(to, valid, index + 1);
  }
  await expect(play('TURN', late, 4)).rejects.toMatchObject({ code: 'game-invalid' });
  expect(await play('SCORING', late, 4)).toMatchObject({ kind: 'committed' });
  expect(await play('GAME_OVER', late, 5)).toMatchObject({ kind: 'committed' });
  expect(seen.validation.map(({ type }) => type)).toEqual(['duration', 'duration', 'duration']);
});

test('nothing of it is written or played', async () => {
  const { backend, engine, seen } = await started();
  const empty = move('PREPARATION', { ...valid, players: [] });
  await expect(engine.append(id, empty, first)).rejects.toMatchObject({ code: 'game-invalid' });
  expect(backend.calls).toMatchObject({ append: 1, putSnapshot: 0 });
  expect(await engine.load(id)).toMatchObject({ ...first, phase: 'NOT_STARTED', state: valid });
  expect(engine.unpersisted().games).toBe(0);
  expect(seen.transition.at(-1)).toEqual({ from: 'NOT_STARTED', to: 'PREPARATION', outcome: 'error' });
});

test.each<[string, Json]>([
  ['one that is no object', 'state'],
  ['one without a room', { ...valid, room_id: '' }],
])('a game is not created with an invalid state: %s', async (_what, state) => {
  const room = engineRoom(memoryBackend(), { validate: true });
  await expect(room.engine.create(id, state, 'ada')).rejects.toMatchObject({ code: 'game-invalid' });
  expect(await room.engine.load(id)).toBeUndefined();
});

test('a patch is judged by the state that it leads to', async () => {
  const { engine } = await started();
  const patch = [{ op: 'remove', path: '/players/1' }] as const;
  const transition = { type: 'LEAVE', to: 'PREPARATION', actor: 'bob', change: { patch } } as const;
  await expect(engine.append(id, transition, first)).rejects.toThrow('players: 1, at least 2 are needed');
});

test('the metric counts by type, from 0', async () => {
  const exporter = createExporter({
    backend: 'embedded',
    strategy: 'hybrid',
    clock: { now: () => 0, sleep: async () => {} },
    gauges: {
      activeGames: () => undefined,
      unpersisted: () => undefined,
      breaker: () => undefined,
      storage: () => undefined,
    },
  });
  exporter.validation({ type: 'players' });
  const text = await exporter.expose();
  expect(text).toContain('state_validation_errors_total{type="players"} 1');
  expect(text).toContain('state_validation_errors_total{type="phase"} 0');
});
