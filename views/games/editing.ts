/** A game as a text for a person to correct, and what came back. */
import type { Json } from '../../src/game/game.ts';
import { readJsonText } from '../../src/game/json-text.ts';
import { isPhase, phases } from '../../src/game/phases.ts';
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
  let json: Json;
  try {
    // JSON.parse makes nothing but Json.
    json = JSON.parse(after) as Json;
  } catch (thrown) {
    return {
      kind: 'unusable',
      why: `It is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
  const inexact = notAsTyped(after);
  if (inexact !== undefined) return { kind: 'unusable', why: inexact };
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

/** What JSON says and a number of this platform does not keep. */
function notAsTyped(text: string): string | undefined {
  const read = readJsonText(text);
  if (read.kind === 'wrong') return `It ${read.why}`;
  const [digits] = read.inexact;
  return digits === undefined
    ? undefined
    : `The number ${digits} would lose digits: write it as a text, in quotes`;
}
