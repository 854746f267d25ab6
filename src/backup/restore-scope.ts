/** What a restore is to bring back: the games of an archive, or what they were before an earlier restore. */
import type { Reading } from '../action/action.ts';
import type { Refusals } from '../backend/port.ts';
import { Fault } from '../base/fault.ts';
import { idText, namesOf } from '../game/record-words.ts';
import type { ArchiveRef } from './archive-names.ts';
import { summarise } from './archived-game.ts';
import type { ArchiveHeader } from './format.ts';
import type { ArchivedRecord } from './reader.ts';
import type { ArchivedGame, RestorePolicy } from './restore-decision.ts';
import type { ArchiveUsed, RestoreParts, RestoreTarget } from './restore-plan.ts';
import { checkStored } from './validate.ts';

export interface Scope {
  readonly games: readonly ArchivedGame[];
  /** What their records are read from; undefined where none is. */
  readonly archive: ArchiveUsed | undefined;
  readonly header: ArchiveHeader | undefined;
  readonly onExisting: RestorePolicy;
  /** The run that is undone. */
  readonly undoes?: string;
  /** The run that is gone on with. */
  readonly resumes?: string;
  readonly warnings: readonly string[];
}

/** What a restore goes by. */
export interface Ground {
  readonly parts: RestoreParts;
  readonly target: RestoreTarget;
  readonly refusals: Refusals;
  readonly reading: Reading;
}

export interface WholeArchive {
  readonly games: readonly ArchivedGame[];
  readonly archive: ArchiveUsed;
  readonly header: ArchiveHeader;
}

/** @throws Fault `integrity` while any byte of it is in doubt */
export async function readWholeArchive(
  { parts, target: { backend }, refusals, reading }: Ground,
  ref: ArchiveRef,
  signal?: AbortSignal,
): Promise<WholeArchive> {
  const games: ArchivedGame[] = [];
  const target = { backend, refusals, nowMs: parts.clock.now() };
  const onRecord = (archived: ArchivedRecord) => games.push(summarise(archived, target));
  const progress = (done: number, total: number) => reading(`Reading ${ref.name}`, done, total, 'bytes');
  const { validation, archive } = await checkStored(parts.store, ref, { onRecord, progress }, signal);
  if (validation.ok && archive) {
    const { rawBytes } = archive.totals;
    const rootHash = archive.rootHash.toString('hex');
    return { games, archive: { path: ref.path, name: ref.name, rootHash, rawBytes }, header: archive.header };
  }
  const { problems, mend } = validation;
  const what = mend === undefined ? 'is not whole' : 'is whole, and its manifest is wrong';
  throw new Fault('integrity', `Archive ${ref.name} ${what}: ${namesOf(problems)}`, {
    next: mend ?? 'Restore from another archive: gamekeeper backup list shows which are validated',
  });
}

/** @throws Fault `not-found` for ids that are not among them */
export function choose<G extends { readonly id: string }>(
  games: readonly G[],
  only: readonly string[] | undefined,
  where: string,
): readonly G[] {
  if (!only) return games;
  const wanted = new Set(only);
  const chosen = games.filter(({ id }) => wanted.has(id));
  const present = new Set(chosen.map(({ id }) => id));
  const missing = [...wanted].filter((id) => !present.has(id));
  if (missing.length === 0) return chosen;
  throw new Fault('not-found', `Not in the ${where}: ${namesOf(missing.map(idText))}`, {
    next: 'Check the ids (several have spaces between them, no commas), or look into an older archive',
  });
}
