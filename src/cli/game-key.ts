/** The game that a verb was called for. */
import { Fault } from '../base/fault.ts';
import { idText } from '../game/record-words.ts';
import type { EvictionChoice } from '../games/evictions.ts';
import type { GameKey } from '../games/game-view.ts';
import { flagOption, textArgument, textOption, type VerbCall } from './verb.ts';

export function gameKeyOf(call: VerbCall): GameKey {
  return { id: textArgument(call, 0) ?? '', ...layoutChoice(call) };
}

export function layoutChoice(call: VerbCall): Pick<GameKey, 'layout'> {
  const layout = textOption(call, 'layout');
  return layout === 'current' || layout === 'legacy' ? { layout } : {};
}

export function noSuchGame({ id, layout }: GameKey, location: string): Fault {
  const which = layout === undefined ? '' : ` in the ${layout} layout`;
  return new Fault('not-found', `There is no game ${idText(id)}${which} in ${location}`, {
    next: hintFor(id),
  });
}

/** What a list shows of a game is not always its id. */
function hintFor(id: string): string {
  if (/\\u\{[\da-f]+\}/i.test(id)) {
    return 'A \\u{…} in a list stands for a character that a terminal must not get: --json has the id as it is';
  }
  if (id === idText('')) return `${id} in a list stands for an id without a character: give '' for it`;
  if (id.endsWith(' (legacy)')) return 'Leave out " (legacy)": it tells the layout and is no part of the id';
  return 'Copy the id from gamekeeper games list';
}

/** A plan has its own game: another one beside it would be taken no notice of. */
export function refuseGameWithPlan(call: VerbCall): void {
  if (textOption(call, 'plan') === undefined || textArgument(call, 0) === undefined) return;
  throw new Fault('wrong-use', 'Both a game and a plan were named, and a plan has its own game', {
    next: 'Name one of them',
  });
}

/** For verbs that may name a saved plan in its place. */
export function requiredGame(call: VerbCall): string {
  const id = textArgument(call, 0);
  if (id !== undefined) return id;
  throw new Fault('wrong-use', 'Neither a game nor a plan was named', {
    next: 'Give the id of a game, or --plan with the id of a saved plan; gamekeeper games list shows the games',
  });
}

export const evictionChoice = (call: VerbCall): EvictionChoice => ({
  evict: flagOption(call, 'evict'),
  discard: flagOption(call, 'discard'),
});
