/** `backup restore --undo`: what a restore overwrote or removed comes back, and what it made goes. */
import { foundIn, readInBatches } from '../backend/record-reads.ts';
import { Fault } from '../base/fault.ts';
import type { RecordKey } from '../game/record.ts';
import { gameLabel, keyText, namesOf } from '../game/record-words.ts';
import { type ArchivedGame, goalOf, isLost, isReplaced, isTouched } from './restore-decision.ts';
import type { PastGame, PastRestore } from './restore-past.ts';
import type { UndoInput } from './restore-plan.ts';
import { choose, type Ground, readWholeArchive, type Scope, type WholeArchive } from './restore-scope.ts';

export async function scopeOfUndo(
  ground: Ground,
  { detail, run: { run } }: PastRestore,
  { only, onExisting }: UndoInput,
  signal?: AbortSignal,
): Promise<Scope> {
  const { backend } = ground.target;
  if (backend.location !== detail.target) throw otherTarget(run, detail.target, backend.location);
  const touched = choose(detail.games.filter(isTouched), only, `games that run ${run} touched`);
  const kept = await readKept(ground, run, detail.safety, signal);
  const records = new Map(kept?.games.map((game) => [keyText(game), game]));
  const unkept = touched.filter((game) => {
    const record = records.get(keyText(game));
    return isLost(game) && !(record && isReplaced(game, record, detail.onExisting));
  });
  if (!kept) await refuseLost(ground, unkept, lostWords(run, detail.safety?.name), signal);
  const without = new Set(unkept);
  return {
    games: touched.filter((game) => !without.has(game)).map((game) => before(game, records, run)),
    archive: kept?.archive,
    header: kept?.header,
    onExisting,
    undoes: run,
    warnings: warningsOf(unkept, detail.resumes),
  };
}

/** As it was before the run. What the run left there is replaced under any policy. */
function before(game: PastGame, kept: ReadonlyMap<string, ArchivedGame>, run: string): ArchivedGame {
  const record = kept.get(keyText(game));
  const replaces = goalOf(game);
  if (isLost(game) && record) return { ...record, replaces };
  const { id, layout } = game;
  return { id, layout, digest: 'absent', words: 'no game', replaces, whyRemoved: `made by run ${run}` };
}

/** undefined when there is none: the run may have ended before it wrote it. */
async function readKept(
  ground: Ground,
  run: string,
  safety: PastRestore['detail']['safety'],
  signal?: AbortSignal,
): Promise<WholeArchive | undefined> {
  if (safety === undefined) return undefined;
  const { store } = ground.parts;
  try {
    const kept = await readWholeArchive(ground, await store.resolve(safety.name), signal);
    if (kept.header.archiveId === safety.archiveId) return kept;
    throw otherArchive(run, kept);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'not-found') return undefined;
    throw thrown;
  }
}

/** Without the archive, a game that is as the restore wanted it was overwritten by it, and what was there is lost. */
async function refuseLost(
  { target: { backend } }: Ground,
  unkept: readonly PastGame[],
  words: string,
  signal?: AbortSignal,
): Promise<void> {
  const lost: RecordKey[] = [];
  for await (const batch of readInBatches(backend, [unkept], signal)) {
    for (const { key, read } of batch) if (foundIn(read) === goalOf(key)) lost.push(key);
  }
  if (lost.length === 0) return;
  throw new Fault('not-found', `${words}: ${namesOf(lost.map(gameLabel))}`, {
    next: 'Bring the archive back, or restore these games from an older one',
  });
}

const lostWords = (run: string, name: string | undefined) =>
  `Archive ${name}, which kept what run ${run} replaced, is gone`;

function otherArchive(run: string, { archive, header }: WholeArchive): Fault {
  const { environment, source, createdBy, startedAtMs } = header;
  const made = `made by ${createdBy} at ${new Date(startedAtMs).toISOString()} of ${environment} (${source})`;
  return new Fault('integrity', `${archive.path} is not what run ${run} kept, but an archive ${made}`, {
    next: 'Bring back the archive of that run, in the backup location that it had; nothing was changed',
  });
}

function warningsOf(unkept: readonly PastGame[], resumes: string | undefined): string[] {
  return [
    unkept.length > 0
      ? `Left as they are, for the run replaced nothing there: ${namesOf(unkept.map(gameLabel))}`
      : '',
    resumes === undefined
      ? ''
      : `That run went on with ${resumes}, which is undone on its own: --undo ${resumes}`,
  ].filter(Boolean);
}

function otherTarget(run: string, there: string, here: string): Fault {
  return new Fault('refused', `Run ${run} restored to ${there}, and this is ${here}`, {
    next: 'Undo it with the settings of that storage',
  });
}
