/** What is wrong with the state of a game, for those who play, make, inspect or correct one. */
import * as z from 'zod';
import { inOurWords, partText } from '../base/shape-words.ts';
import type { Json } from './game.ts';
import type { Phase } from './phases.ts';

/** Stable words for metrics and scripts. `state`: it is no object; `phase`: a move that is not allowed. */
export const problemTypes = ['state', 'room-id', 'players', 'timestamps', 'duration', 'phase'] as const;
export type ProblemType = (typeof problemTypes)[number];

export interface StateProblem {
  readonly type: ProblemType;
  /** One line for people, naming the field. */
  readonly message: string;
}

const longestMs = 4 * 3_600_000;
const fewestPlayers = 2;
const mostPlayers = 8;

const text = z.string().min(1);
const time = z.iso.datetime();

const typeOfField: Readonly<Record<string, ProblemType>> = {
  room_id: 'room-id',
  players: 'players',
  created_at: 'timestamps',
  updated_at: 'timestamps',
};

const validState = (fewest: number) =>
  z
    .looseObject({
      room_id: text,
      players: z.array(z.looseObject({ id: text })).max(mostPlayers),
      created_at: time,
      updated_at: time,
    })
    .check(({ value: { players, created_at, updated_at }, issues }) => {
      const say = (message: string, path: string, type?: ProblemType) =>
        issues.push({ code: 'custom', message, path: [path], input: undefined, params: { type } });
      if (players.length < fewest) say(`${players.length}, at least ${fewest} are needed`, 'players');
      if (new Set(players.map((player) => player.id)).size < players.length)
        say('two have one id', 'players');
      const lastedMs = Date.parse(updated_at) - Date.parse(created_at);
      if (lastedMs < 0) say('before the game was created', 'updated_at');
      if (lastedMs > longestMs) say('more than 4 h after the game was created', 'updated_at', 'duration');
    });

const validStates = { waiting: validState(0), started: validState(fewestPlayers) };

/** All of them; none for a valid state. A room that waits may lack players. */
export function stateProblems(state: Json, phase: Phase): readonly StateProblem[] {
  const { error } = validStates[phase === 'NOT_STARTED' ? 'waiting' : 'started'].safeParse(state, inOurWords);
  return error ? error.issues.map(problemOf) : [];
}

function problemOf(issue: z.core.$ZodIssue): StateProblem {
  const { path } = issue;
  const isTooLong = issue.code === 'custom' && issue.params?.type === 'duration';
  return {
    type: isTooLong ? 'duration' : (typeOfField[String(path[0])] ?? 'state'),
    message: partText(issue),
  };
}
