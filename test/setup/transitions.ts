import type { Transition } from '../../src/engine/engine.ts';
import { type Json, parseGameId } from '../../src/game/game.ts';
import type { Phase } from '../../src/game/phases.ts';

export const gameId = parseGameId('room-1');

/** A transition to a phase and a state. */
export const move = (to: Phase, state: Json): Transition => ({
  type: `TO_${to}`,
  to,
  actor: 'ada',
  change: { state },
});
