/** The game that the simulated players play: a card game of some rounds, 2 to 5 KB of state. Pure functions. */
import * as z from 'zod';
import type { Json } from '../game/game.ts';
import { type Phase, phases } from '../game/phases.ts';
import type { Chance } from './random.ts';

const playerSchema = z.object({
  id: z.string(),
  name: z.string(),
  score: z.number(),
  connected: z.boolean(),
  hand: z.array(z.string()),
});
const moveSchema = z.object({ at_ms: z.number(), player: z.string(), action: z.string(), card: z.string() });
const cardGameSchema = z.object({
  room_id: z.string(),
  name: z.string(),
  capacity: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  phase: z.enum(phases),
  round: z.number(),
  rounds: z.number(),
  turn: z.number(),
  trump: z.string().nullable(),
  players: z.array(playerSchema),
  deck: z.array(z.string()),
  discard: z.array(z.string()),
  log: z.array(moveSchema),
});

export type CardGame = z.infer<typeof cardGameSchema>;
type Player = CardGame['players'][number];

/** undefined for a state that this game did not write. */
export const parseCardGame = (state: Json): CardGame | undefined => cardGameSchema.safeParse(state).data;

export interface Room {
  readonly id: string;
  readonly name: string;
  readonly capacity: number;
  readonly players: readonly string[];
}

export interface Play {
  readonly type: string;
  readonly to: Phase;
  readonly actor: string;
  readonly state: CardGame;
}

const suits = ['clubs', 'diamonds', 'hearts', 'spades'];
const ranks = ['2', '3', '4', '5', '6', '7', '8', '9', '10', 'jack', 'queen', 'king', 'ace'];
const names = [
  'Ada',
  'Bao',
  'Chidi',
  'Dalia',
  'Emre',
  'Freya',
  'Goro',
  'Hana',
  'Ivo',
  'Jun',
  'Kofi',
  'Lena',
  'Mina',
];
const loggedMoves = 24;

export function newCardGame(room: Room, nowMs: number): CardGame {
  return {
    room_id: room.id,
    name: room.name,
    capacity: room.capacity,
    created_at: new Date(nowMs).toISOString(),
    updated_at: new Date(nowMs).toISOString(),
    phase: 'NOT_STARTED',
    round: 0,
    rounds: 0,
    turn: 0,
    trump: null,
    players: room.players.map(seat),
    deck: [],
    discard: [],
    log: [],
  };
}

/** What happens next; undefined once the game is over. Empty seats up to two are taken by computer players. */
export function nextPlay(
  game: CardGame,
  joined: readonly string[],
  chance: Chance,
  nowMs: number,
): Play | undefined {
  const play = playOf(game, joined, chance, nowMs);
  if (!play) return undefined;
  return { ...play, state: { ...play.state, phase: play.to, updated_at: new Date(nowMs).toISOString() } };
}

function playOf(game: CardGame, joined: readonly string[], chance: Chance, nowMs: number): Play | undefined {
  switch (game.phase) {
    case 'NOT_STARTED':
      return { type: 'START', to: 'PREPARATION', actor: 'host', state: takeSeats(game, joined, chance) };
    case 'PREPARATION':
      return { type: 'DEAL', to: 'DECLARATION', actor: 'dealer', state: deal(game, chance) };
    case 'DECLARATION':
      return {
        type: 'DECLARE',
        to: 'TURN',
        actor: currentPlayer(game).id,
        state: { ...game, trump: chance.pick(suits) },
      };
    case 'TURN':
      return isRoundOver(game)
        ? { type: 'COUNT', to: 'SCORING', actor: 'dealer', state: score(game, chance) }
        : {
            type: 'PLAY_CARD',
            to: 'TURN',
            actor: currentPlayer(game).id,
            state: playCard(game, chance, nowMs),
          };
    case 'SCORING':
      return game.round >= game.rounds
        ? { type: 'FINISH', to: 'GAME_OVER', actor: 'dealer', state: { ...game, deck: [], discard: [] } }
        : { type: 'NEXT_ROUND', to: 'TURN', actor: 'dealer', state: deal(game, chance) };
    case 'GAME_OVER':
      return undefined;
  }
}

function takeSeats(game: CardGame, joined: readonly string[], chance: Chance): CardGame {
  const missing = Math.max(0, 2 - joined.length);
  const bots = Array.from({ length: missing }, () => `${chance.pick(names)} (computer)`);
  return { ...game, rounds: chance.between(1, 3), players: [...joined, ...bots].map(seat) };
}

const seat = (name: string, index: number): Player => ({
  id: `player-${index + 1}`,
  name,
  score: 0,
  connected: true,
  hand: [],
});

/** Two or three cards each, so that a round lasts that many turns of everybody. */
function deal(game: CardGame, chance: Chance): CardGame {
  const deck = shuffled(
    suits.flatMap((suit) => ranks.map((rank) => `${rank} of ${suit}`)),
    chance,
  );
  const each = chance.between(2, 3);
  const players = game.players.map((player) => ({ ...player, hand: deck.splice(0, each) }));
  return { ...game, round: game.round + 1, turn: 0, players, deck, discard: [] };
}

function playCard(game: CardGame, chance: Chance, atMs: number): CardGame {
  const player = currentPlayer(game);
  const card = chance.pick(player.hand);
  const hand = player.hand.filter((held) => held !== card);
  return {
    ...game,
    turn: game.turn + 1,
    players: game.players.map((other) => (other.id === player.id ? { ...other, hand } : other)),
    discard: [...game.discard, card],
    log: [...game.log, { at_ms: atMs, player: player.id, action: 'play', card }].slice(-loggedMoves),
  };
}

function score(game: CardGame, chance: Chance): CardGame {
  return {
    ...game,
    players: game.players.map((player) => ({ ...player, score: player.score + chance.between(0, 30) })),
  };
}

const isRoundOver = (game: CardGame) => game.players.every(({ hand }) => hand.length === 0);

function currentPlayer(game: CardGame): Player {
  const player = game.players[game.turn % game.players.length];
  if (!player) throw new RangeError(`Nobody plays in ${game.room_id}`);
  return player;
}

function shuffled(cards: string[], chance: Chance): string[] {
  const deck = [...cards];
  for (let last = deck.length - 1; last > 0; last--) {
    const other = chance.between(0, last);
    const [a, b] = [deck[last], deck[other]];
    if (a !== undefined && b !== undefined) [deck[last], deck[other]] = [b, a];
  }
  return deck;
}

export function inventedRoom(chance: Chance): Room {
  const capacity = chance.between(2, 8);
  const players = Array.from({ length: chance.between(2, capacity) }, () => chance.pick(names));
  return { id: `room-${chance.hex(6)}`, name: `${chance.pick(names)}'s table`, capacity, players };
}
