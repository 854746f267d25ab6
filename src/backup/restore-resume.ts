/** `backup restore --resume`: an interrupted restore goes on with the games that it did not come to. */
import { Fault } from '../base/fault.ts';
import { keyText } from '../game/record-words.ts';
import type { ArchivedGame, RestorePolicy } from './restore-decision.ts';
import { isTouched } from './restore-decision.ts';
import { type PastGame, type PastRestore, restoresBefore } from './restore-past.ts';
import { type Ground, readWholeArchive, type Scope } from './restore-scope.ts';

export async function scopeOfResume(
  ground: Ground,
  archiveName: string,
  signal?: AbortSignal,
): Promise<Scope> {
  const { parts, target } = ground;
  const ref = await parts.store.resolve(archiveName);
  const { games, archive, header } = await readWholeArchive(ground, ref, signal);
  const earlier = await findInterrupted(ground, archive.rootHash, archiveName);
  const { detail, run } = earlier;
  const planned = new Map(detail.games.map((game) => [keyText(game), game]));
  return {
    games: games.flatMap((game) => goneOnWith(game, planned.get(keyText(game)), detail.onExisting)),
    archive,
    header,
    onExisting: detail.onExisting,
    resumes: run.run,
    warnings: [
      `Goes on with run ${run.run} in ${target.backend.location}, whose part is undone on its own: --undo ${run.run}`,
    ],
  };
}

/**
 * What was to be written and is still as that plan saw it is written; what has changed since was written, or played on,
 * and is left alone. One that a server held then may have moved before the restore came to it.
 */
function goneOnWith(
  game: ArchivedGame,
  planned: PastGame | undefined,
  onExisting: RestorePolicy,
): readonly ArchivedGame[] {
  if (!planned || !(isTouched(planned) || planned.refused)) return [];
  return [{ ...game, replaces: planned.found, policy: planned.held ? onExisting : 'skip' }];
}

async function findInterrupted(
  { parts, target }: Ground,
  rootHash: string,
  archive: string,
): Promise<PastRestore> {
  const { location } = target.backend;
  for await (const restore of restoresBefore(parts.past)) {
    const { detail, run } = restore;
    if (detail.undoes || detail.archive?.rootHash !== rootHash || detail.target !== location) continue;
    if (run.outcome === 'done') break;
    return restore;
  }
  throw new Fault('not-found', `No restore of ${archive} to ${location} is unfinished`, {
    next: 'Restore it without --resume: games that are as in the archive are left as they are',
  });
}
