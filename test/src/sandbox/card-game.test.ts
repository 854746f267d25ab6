import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextPhases } from '../../../src/game/phases.ts';
import { stateProblems } from '../../../src/game/validity.ts';
import {
  type CardGame,
  inventedRoom,
  newCardGame,
  nextPlay,
  parseCardGame,
} from '../../../src/sandbox/card-game.ts';
import { seededChance } from '../../../src/sandbox/random.ts';

/** Every state of one game, from an empty table to its end. */
function playedGame(seed: number): CardGame[] {
  const chance = seededChance(seed);
  const room = inventedRoom(chance);
  const states = [newCardGame(room, 1_000_000)];
  for (let atMs = 1_001_000; ; atMs += 1000) {
    const current = states.at(-1);
    const play = current && nextPlay(current, room.players, chance, atMs);
    if (!play) return states;
    states.push(play.state);
  }
}

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('the simulated card game', () => {
  it('takes only the ways that the phase table allows, to its end', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ways = playedGame(seed).map(({ phase }) => phase);
        for (const [index, to] of ways.slice(1).entries()) {
          expect(nextPhases[ways[index] ?? 'GAME_OVER']).toContain(to);
        }
        expect(ways.at(-1)).toBe('GAME_OVER');
      }),
    );
  });

  it('has a valid state of at most 5 KB at every moment, which storage gives back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const state of playedGame(seed)) {
          expect(stateProblems(state, state.phase)).toEqual([]);
          expect(JSON.stringify(state).length).toBeLessThan(5000);
          expect(parseCardGame(JSON.parse(JSON.stringify(state)))).toEqual(state);
        }
      }),
    );
  });

  it('is the same again from the same seed', () => {
    expect(playedGame(7)).toEqual(playedGame(7));
    expect(playedGame(7)).not.toEqual(playedGame(8));
  });

  it('seats computer players where people are missing', () => {
    const chance = seededChance(1);
    const room = { id: 'room-1', name: 'Empty', capacity: 4, players: [] };
    const play = nextPlay(newCardGame(room, 0), ['Ann'], chance, 1);
    expect(play?.state.players.map(({ name }) => name)).toEqual([
      'Ann',
      expect.stringContaining('(computer)'),
    ]);
  });
});
