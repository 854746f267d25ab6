import type { Check } from '../action/action.ts';
import { batchesOf } from '../backend/record-reads.ts';
import type { Clock } from '../base/clock.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import type { PlannedCopy } from './copy-decision.ts';
import { createLikening } from './likeness.ts';
import type { Sides } from './sides.ts';

/** Compares every game that was to be copied once more. */
export async function checkCopied(
  sides: Sides,
  { games, same }: { readonly games: readonly PlannedCopy[]; readonly same: number },
  clock: Clock,
  progressed: () => void,
  signal?: AbortSignal,
): Promise<Check> {
  const name = 'Games the same on both sides';
  const due = games.filter(({ does }) => does !== 'skip');
  if (games.length === 0 && same > 0)
    return { name, kind: 'pass', found: `nothing to copy, ${same} the same` };
  const liken = createLikening(sides, clock);
  const other: string[] = [];
  const moving: string[] = [];
  for await (const keys of batchesOf([due])) {
    progressed();
    for (const game of await liken(keys, signal)) {
      if (game.is === 'moving') moving.push(gameLabel(game));
      else if (game.is !== 'same') other.push(gameLabel(game));
    }
  }
  const skipped = games.length - due.length;
  const found = [
    `${due.length - other.length - moving.length} of ${gamesText(due.length)}`,
    other.length > 0 ? `not: ${namesOf(other)}` : '',
    moving.length > 0 ? `moved while it was looked: ${namesOf(moving)}` : '',
    skipped > 0 ? `${skipped} skipped as planned` : '',
  ];
  return {
    name,
    kind: kindOf(due.length, other.length, moving.length),
    found: found.filter(Boolean).join('; '),
  };
}

function kindOf(due: number, other: number, moving: number): Check['kind'] {
  if (other > 0) return 'fail';
  return due === 0 || moving > 0 ? 'inconclusive' : 'pass';
}
