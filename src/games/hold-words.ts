/** What a plan says of games that are played while it is looked at. */
import { idText, namesOf } from '../game/record-words.ts';
import { type Holders, stillUntil } from '../platform/held-games.ts';

/** A plan fits as long as nobody moves its games. */
export function holdWarnings(holders: Holders): readonly string[] {
  const moving = [...holders.of.keys()].filter((id) => stillUntil(holders, id) === undefined).map(idText);
  const still = [...new Set(holders.holds.map(({ id }) => id))].flatMap((id) => {
    const untilMs = stillUntil(holders, id);
    return untilMs === undefined ? [] : [`${idText(id)} until ${new Date(untilMs).toISOString()}`];
  });
  return [
    moving.length > 0
      ? `In play and not on hold, so this plan is stale once it moves: ${namesOf(moving)}. ${howToHold('ID')}`
      : '',
    still.length > 0 ? `On hold: ${namesOf(still)}. It goes on once it is written` : '',
  ].filter(Boolean);
}

/** What to do about a plan of games that moved; undefined where no server plays any of them. */
export function holdThenPlan({
  evicts: [id, ...others],
}: {
  readonly evicts: readonly string[];
}): string | undefined {
  if (id === undefined) return undefined;
  return `Make a new plan. ${howToHold(others.length === 0 ? id : 'ID')}`;
}

/** Players go on while a plan is looked at, and then it fits no longer. */
export const howToHold = (id: string) =>
  `To keep it still meanwhile: gamekeeper games hold ${shellWord(id)} --for 60s, or h in the console`;

const shellWord = (id: string) => (/^[\w.:-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`);
