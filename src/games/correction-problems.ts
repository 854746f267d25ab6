/** What speaks against a state that a person wrote, before anything is planned with it. */
import type { Json } from '../game/game.ts';
import { isPhase, type Phase } from '../game/phases.ts';
import { stateProblems } from '../game/validity.ts';

/** The state that the correction started from, with the phase of the game. */
interface Before {
  readonly state: Json | undefined;
  readonly phase: string;
}

/**
 * All of them, so that one more turn in the editor is enough. A state says itself whose it is and where it stands: one
 * of another game, or of another phase, was pasted by mistake. What it said before the correction is let be.
 */
export function correctionProblems(id: string, state: Json, phase: Phase, before: Before): string[] {
  const problems = stateProblems(state, phase).map(({ message }) => message);
  const room = fieldOf(state, 'room_id');
  if (typeof room === 'string' && room !== '' && room !== id && room !== fieldOf(before.state, 'room_id')) {
    problems.push(`room_id: it names ${JSON.stringify(room)}, and this is game ${JSON.stringify(id)}`);
  }
  const own = fieldOf(state, 'phase');
  const isAsBefore = own === fieldOf(before.state, 'phase') && phase === before.phase;
  if (typeof own === 'string' && isPhase(own) && own !== phase && !isAsBefore) {
    problems.push(`phase: it says ${own}, and the game would be in ${phase}: correct one of them`);
  }
  return problems;
}

function fieldOf(state: Json | undefined, name: string): Json | undefined {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return undefined;
  return Object.hasOwn(state, name) ? (state as { readonly [key: string]: Json })[name] : undefined;
}
