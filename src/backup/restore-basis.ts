import type { Backend } from '../backend/port.ts';
import { foundIn, readInBatches } from '../backend/record-reads.ts';
import { digestOf } from '../base/digest.ts';
import { keyText } from '../game/record-words.ts';
import { isLeftAlone, type PlannedGame } from './restore-decision.ts';
import type { RestoreDetail } from './restore-plan.ts';

type BasisParts = Pick<RestoreDetail, 'target' | 'onExisting' | 'games'> & {
  readonly archive?: { readonly rootHash: string };
};

/**
 * What a restore plan depends on: the target, the archive, and of each game what decided over it. A game that is
 * left alone may go on being played, and so may one that a server has yet to let go of; that it exists is what counts.
 */
export function basisOf(
  { target, archive, onExisting, games }: BasisParts,
  found: readonly string[],
): string {
  const states = games.map((game, index) => {
    const state = found[index] ?? 'absent';
    const mayMove = isLeftAlone(game, onExisting) || game.held;
    return mayMove && state !== 'absent' ? 'present' : state;
  });
  const keys = games.map(keyText);
  return digestOf({ target, rootHash: archive?.rootHash ?? 'none', onExisting, states, keys });
}

/** What is in the target now, in the order of the games. */
export async function readFound(
  backend: Backend,
  games: readonly PlannedGame[],
  signal?: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of readInBatches(backend, [games], signal)) {
    found.push(...batch.map(({ read }) => foundIn(read)));
  }
  return found;
}
