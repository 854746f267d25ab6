import type { Action, Step, StepContext, StepOutcome } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import { refusedCheck } from '../action/refused-check.ts';
import { Fault } from '../base/fault.ts';
import { formatBytes } from '../base/units.ts';
import type { GameRecord } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { gameLabel, gamesText, keyText, namesOf } from '../game/record-words.ts';
import { refOfPath } from './archive-names.ts';
import { writeArchive } from './archiving.ts';
import { publishedCheck } from './create.ts';
import { openArchive } from './reader.ts';
import { checkRestored } from './restore-check.ts';
import { isReplaced } from './restore-decision.ts';
import { checkHeld, letGoStep } from './restore-held.ts';
import {
  basisOf,
  draftRestore,
  type RestoreDetail,
  type RestoreInput,
  type RestoreParts,
  readFound,
  restoreSteps,
} from './restore-plan.ts';
import { writeGames } from './restore-write.ts';
import { targetLock } from './target-lock.ts';
import { checkStored, validateArchive } from './validate.ts';

/**
 * `backup restore`. The plan names each game and the digest of what it replaces, so a game that moves after the
 * preview is left alone, unless a server plays it and lets go of it first. What is overwritten is kept in an archive of its
 * own before. Restoring twice is restoring once.
 */
export function createRestoreAction(parts: RestoreParts): Action<RestoreInput, RestoreDetail> {
  const { backend, store, clock, admin } = parts;
  return {
    name: 'backup restore',
    effect: 'target',
    draft: (input, signal) => draftRestore(parts, input, signal),
    async basis(detail, signal) {
      const found = await readFound(backend, detail.games, signal);
      const rootHash = await rootHashAt(parts, detail.archivePath);
      return basisOf({ ...detail, target: backend.location, rootHash }, found);
    },
    lockKey: ({ target }) => targetLock(target),
    steps: ({ detail }) => stepsOf(parts, detail),
    async verify({ detail }, signal) {
      const { safety } = detail;
      const restored = await checkRestored(backend, detail, clock.now(), signal);
      return [
        restored,
        ...refusedCheck(detail.games.filter(({ refused }) => refused).map(gameLabel)),
        ...(detail.letsGo && admin ? [await checkHeld(admin, detail.games, signal)] : []),
        ...(safety ? [await publishedCheck(store, safety.name)] : []),
      ];
    },
  };
}

function stepsOf(parts: RestoreParts, detail: RestoreDetail): Step[] {
  const kept = new Map<string, string>();
  const verify = knownStep(restoreSteps.verify, (context) => verifyStep(parts, detail, context));
  const keep = knownStep(restoreSteps.keep, (context) => keepStep(parts, detail, kept, context));
  const write: Step = {
    name: restoreSteps.write,
    run: (context) => writeGames(parts, detail, kept, context),
  };
  const letGo = letGoStep(restoreSteps.letGo, parts.admin, detail);
  return [verify, ...(detail.letsGo ? [letGo] : []), ...(detail.safety ? [keep] : []), write];
}

/** Before the first write: the file may have changed since the preview. */
async function verifyStep(
  { store }: RestoreParts,
  { archivePath, rootHash }: RestoreDetail,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const told = (done: number, total: number) => progress(done, total, 'bytes');
  const { validation, archive } = await checkStored(
    store,
    refOfPath(archivePath),
    { progress: told },
    signal,
  );
  const { ok, problems, bytesRead } = validation;
  if (!ok) return failed('integrity', namesOf(problems));
  if (archive?.rootHash.toString('hex') !== rootHash) return failed('stale', 'It is another archive now');
  return { kind: 'unchanged', note: `${formatBytes(bytesRead)} read, whole` };
}

/**
 * @param kept receives, by key, the digests of the games that are in the safety archive: exactly as the plan saw them, or
 *   as their servers left them
 */
async function keepStep(
  parts: RestoreParts,
  { games, safety, onExisting }: RestoreDetail,
  kept: Map<string, string>,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  if (!safety) return { kind: 'unchanged' };
  const overwritten = new Map(
    games.filter(({ does }) => does === 'update').map((game) => [keyText(game), game]),
  );
  const archived = new Map<string, string>();
  const keep = (record: GameRecord) => {
    const [key, digest] = [keyText(record), recordDigest(record)];
    const game = overwritten.get(key);
    const { revision } = record;
    if (game && isReplaced(game, { digest, revision }, onExisting)) archived.set(key, digest);
    return true;
  };
  const pages = [[...overwritten.values()]];
  const told = (done: number) => progress(done, overwritten.size, 'games');
  const order = {
    ...safety,
    pages,
    keep,
    filter: { includeCompleted: true },
    purpose: 'before-restore',
  } as const;
  const archive = await writeArchive(parts, order, told, signal);
  await archive.publish();
  const { ok, problems } = await validateArchive(parts.store, safety.name, parts.clock, undefined, signal);
  if (!ok) return failed('integrity', `Archive ${safety.name} is not whole: ${namesOf(problems)}`);
  for (const [key, digest] of archived) kept.set(key, digest);
  return { kind: 'done', note: `${gamesText(archive.written.totals.games)} kept in ${archive.ref.path}` };
}

async function rootHashAt({ store }: RestoreParts, path: string): Promise<string> {
  const file = await store.open(refOfPath(path));
  try {
    return (await openArchive(file)).rootHash.toString('hex');
  } finally {
    await file.close();
  }
}

function failed(code: 'integrity' | 'stale', message: string): StepOutcome {
  return {
    kind: 'failed',
    fault: new Fault(code, message, { next: 'Make a new plan, from another archive' }),
  };
}
