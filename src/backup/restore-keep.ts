/** What a restore overwrites or removes is in an archive of its own before, read back whole. */
import type { StepContext, StepOutcome } from '../action/action.ts';
import type { Backend } from '../backend/port.ts';
import { Fault } from '../base/fault.ts';
import type { GameRecord } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { gamesText, keyText, namesOf } from '../game/record-words.ts';
import { writeArchive } from './archiving.ts';
import { isLost, isReplaced } from './restore-decision.ts';
import type { RestoreDetail, RestoreParts } from './restore-plan.ts';
import { validateArchive } from './validate.ts';

/**
 * @param kept receives, by key, the digests of the games that are in the safety archive: exactly as the plan saw them, or
 *   as their servers left them
 */
export async function keepGames(
  parts: RestoreParts & { readonly backend: Backend },
  { games, safety, onExisting }: RestoreDetail,
  kept: Map<string, string>,
  { signal, progress }: StepContext,
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
  const order = {
    ...safety,
    pages: [[...lost.values()]],
    keep,
    filter: { includeCompleted: true },
    purpose: 'before-restore',
  } as const;
  const told = (done: number) => progress(done, lost.size, 'games');
  const archive = await writeArchive(parts, order, told, signal);
  await archive.publish();
  const { ok, problems } = await validateArchive(parts.store, safety.name, parts.clock, undefined, signal);
  if (!ok) {
    const fault = new Fault('integrity', `Archive ${safety.name} is not whole: ${namesOf(problems)}`, {
      next: 'Nothing was changed. Check the disk of the backup location, then make a new plan',
    });
    return { kind: 'failed', fault };
  }
  for (const [key, digest] of archived) kept.set(key, digest);
  return { kind: 'done', note: `${gamesText(archive.written.totals.games)} kept in ${archive.ref.path}` };
}
