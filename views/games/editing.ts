/** A game as a text for a person to correct, and what came back. */
import type { Json } from '../../src/game/game.ts';
import { isPhase, phases } from '../../src/game/phases.ts';
import { readJson } from '../../src/game/typed-json.ts';
import type { EditableGame } from '../../src/games/game-view.ts';

export type Edited =
  | { readonly kind: 'changed'; readonly phase: string; readonly state: Json }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'unusable'; readonly why: string };

/** Without a state that storage proves, the person starts from an empty one. */
export const editableText = ({ phase, proved }: EditableGame): string =>
  `${JSON.stringify({ phase, state: proved?.state ?? {} }, null, 2)}\n`;

export function readEdited(before: string, after: string): Edited {
  if (after === before) return { kind: 'unchanged' };
  const read = readJson(after);
  if (read.kind === 'wrong') return { kind: 'unusable', why: `It ${read.why}` };
  const { json } = read;
  if (typeof json !== 'object' || json === null || !('phase' in json) || !('state' in json)) {
    return { kind: 'unusable', why: 'It must be an object with the fields "phase" and "state"' };
  }
  const { phase, state, ...rest } = json;
  const others = Object.keys(rest);
  if (others.length > 0) {
    return {
      kind: 'unusable',
      why: `Only "phase" and "state" are read, not ${others.slice(0, 5).join(', ')}`,
    };
  }
  if (typeof phase !== 'string' || !isPhase(phase)) {
    return { kind: 'unusable', why: `"phase" must be one of ${phases.join(', ')}` };
  }
  if (state === undefined) return { kind: 'unusable', why: '"state" is missing' };
  return { kind: 'changed', phase, state };
}
