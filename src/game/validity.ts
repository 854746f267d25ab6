/** What is wrong with the state of a game, for those who make, inspect or correct one; the engine does not ask. */
import * as z from 'zod';
import type { Json } from './game.ts';
import type { Phase } from './phases.ts';

const longestMs = 4 * 3_600_000;
const fewestPlayers = 2;
const mostPlayers = 8;

const text = z.string().min(1);
const time = z.iso.datetime();

const validState = z
  .looseObject({
    room_id: text,
    players: z.array(z.looseObject({ id: text })).max(mostPlayers),
    created_at: time,
    updated_at: time,
  })
  .check(({ value: { players, created_at, updated_at }, issues }) => {
    const say = (message: string, path: string) =>
      issues.push({ code: 'custom', message, path: [path], input: undefined });
    if (new Set(players.map((player) => player.id)).size < players.length) say('two have one id', 'players');
    const lastedMs = Date.parse(updated_at) - Date.parse(created_at);
    if (lastedMs < 0) say('before the game was created', 'updated_at');
    if (lastedMs > longestMs) say('more than 4 h after the game was created', 'updated_at');
  });

/** One line for each problem, naming the field; none for a valid state. A room that waits may lack players. */
export function stateProblems(state: Json, phase: Phase): readonly string[] {
  const { data, error } = validState.safeParse(state);
  if (error)
    return error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  const needsPlayers = phase !== 'NOT_STARTED' && data.players.length < fewestPlayers;
  return needsPlayers ? [`players: ${data.players.length}, at least ${fewestPlayers} are needed`] : [];
}
