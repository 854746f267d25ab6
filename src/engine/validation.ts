import { Fault } from '../base/fault.ts';
import type { GameId, Json } from '../game/game.ts';
import { nextPhases, type Phase } from '../game/phases.ts';
import { type StateProblem, stateProblems } from '../game/validity.ts';
import type { EngineContext } from './context.ts';

/**
 * @param from null for a game that is created
 * @throws Fault `game-invalid` naming every problem; each is told to the observer by its type
 */
export function checkTransition(
  { settings, observer }: EngineContext,
  id: GameId,
  from: Phase | null,
  to: Phase,
  state: Json,
): void {
  const problems = [...moveProblems(from, to), ...(settings.validate ? stateProblems(state, to) : [])];
  for (const { type } of problems) observer.validation({ type });
  const refused = problems.filter(({ type }) => !(type === 'duration' && isEnding(to)));
  if (refused.length === 0) return;
  const named = refused.map(({ message }) => message).join('; ');
  throw new Fault('game-invalid', `Game ${id} cannot go on to ${to}: ${named}`, {
    next: 'Correct the transition; nothing was written',
  });
}

/** A game that lasts too long could not even end if it were refused here too. */
const isEnding = (to: Phase): boolean => to === 'SCORING' || to === 'GAME_OVER';

function moveProblems(from: Phase | null, to: Phase): readonly StateProblem[] {
  if (from === null || nextPhases[from].includes(to)) return [];
  const allowed = nextPhases[from].join(' or ') || 'nothing';
  return [{ type: 'phase', message: `phase: after ${from} comes ${allowed}` }];
}
