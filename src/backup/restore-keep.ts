/** What a restore overwrites or removes is in an archive of its own before, read back whole. */
import type { StepContext, StepOutcome } from '../action/action.ts';
import type { Backend } from '../backend/port.ts';
import type { GameRecord } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { keyText } from '../game/record-words.ts';
import { keepInArchive } from './kept-archive.ts';
import { isLost, isReplaced } from './restore-decision.ts';
import type { RestoreDetail, RestoreParts } from './restore-plan.ts';

/**
 * @param kept receives, by key, the digests of the games that are in the safety archive: exactly as the plan saw them, or
 *   as their servers left them
 */
export async function keepGames(
  parts: RestoreParts & { readonly backend: Backend },
  { games, safety, onExisting }: RestoreDetail,
  kept: Map<string, string>,
  context: StepContext,
): Promise<StepOutcome> {
  if (!safety) return { kind: 'unchanged' };
  const lost = new Map(games.filter(isLost).map((game) => [keyText(game), game]));
  const archived = new Map<string, string>();
  const keep = (record: GameRecord) => {
    const [key, digest] = [keyText(record), recordDigest(record)];
    const game = lost.get(key);
    const { revision } = record;
    if (game && isReplaced(game, { digest, revision }, onExisting)) archived.set(key, digest);
    return true;
  };
  const order = { ...safety, pages: [[...lost.values()]], keep, purpose: 'before-restore' } as const;
  const outcome = await keepInArchive(parts, order, lost.size, context);
  if (outcome.kind === 'done') for (const [key, digest] of archived) kept.set(key, digest);
  return outcome;
}
