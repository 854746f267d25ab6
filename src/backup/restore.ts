import type { Action, Step, StepContext, StepOutcome } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import { refusedCheck } from '../action/refused-check.ts';
import { Fault } from '../base/fault.ts';
import { formatBytes } from '../base/units.ts';
import { gameLabel, keyText, namesOf } from '../game/record-words.ts';
import { refOfPath } from './archive-names.ts';
import { publishedCheck } from './create.ts';
import { openArchive } from './reader.ts';
import { removeGames } from './removal.ts';
import { basisOf, readFound } from './restore-basis.ts';
import { checkRemoved, checkRestored, isCompared } from './restore-check.ts';
import { isRemoved } from './restore-decision.ts';
import { checkHeld, letGoStep } from './restore-held.ts';
import { keepGames } from './restore-keep.ts';
import {
  draftRestore,
  type RestoreDetail,
  type RestoreInput,
  type RestoreParts,
  restoreSteps,
  stepNames,
} from './restore-plan.ts';
import { writeGames } from './restore-write.ts';
import { lockPlaceOf, targetLock } from './target-lock.ts';
import { checkStored } from './validate.ts';

/**
 * `backup restore`, and with `undo` its reverse. The plan names each game and the digest of what it replaces, so a game
 * that moves after the preview is left alone, unless a server plays it and lets go of it first. What is overwritten or
 * removed is kept in an archive of its own before. Restoring twice is restoring once.
 */
export function createRestoreAction(parts: RestoreParts): Action<RestoreInput, RestoreDetail> {
  const { store, clock } = parts;
  return {
    name: 'backup restore',
    effect: 'target',
    draft: (input, reading, signal) => draftRestore(parts, input, reading, signal),
    async basis(detail, signal) {
      const { backend } = await parts.target(detail.to);
      const found = await readFound(backend, detail.games, signal);
      const archive = detail.archive && { rootHash: await rootHashAt(parts, detail.archive.path) };
      return basisOf({ ...detail, target: backend.location, ...(archive ? { archive } : {}) }, found);
    },
    lockKey: ({ target }) => targetLock(target),
    lockPlace: async (detail, signal) => lockPlaceOf((await parts.target(detail.to)).backend, detail, signal),
    steps: ({ detail }) => stepsOf(parts, detail),
    async verify({ detail }, progressed, signal) {
      const { safety, games } = detail;
      const { backend, admin } = await parts.target(detail.to);
      const removes = games.some(isRemoved);
      return [
        ...(removes && !games.some(isCompared)
          ? []
          : [await checkRestored(backend, detail, clock.now(), progressed, signal)]),
        ...(removes ? [await checkRemoved(backend, games, progressed, signal)] : []),
        ...refusedCheck(games.filter(({ refused }) => refused).map(gameLabel)),
        ...(detail.letsGo && admin ? [await checkHeld(admin, games, signal)] : []),
        ...(safety ? [await publishedCheck(store, safety.name)] : []),
      ];
    },
  };
}

function stepsOf(parts: RestoreParts, detail: RestoreDetail): Step[] {
  const kept = new Map<string, string>();
  const there = async () => ({ ...parts, ...(await parts.target(detail.to)) });
  const keep: Step['run'] = async (context) => keepGames(await there(), detail, kept, context);
  const { archive, games } = detail;
  const { verify, letGo, keep: keepName, keepRemoved, write, remove } = restoreSteps;
  const all = [
    knownStep(verify, (context) => verifyStep(parts, detail, context)),
    letGoStep(letGo, async () => (await there()).admin, detail),
    knownStep(keepName, keep),
    knownStep(keepRemoved, keep),
    {
      name: write,
      run: async (context: StepContext) =>
        archive ? writeGames(await there(), { archive, games }, kept, context) : nothing,
    },
    {
      name: remove,
      run: async (context: StepContext) =>
        removeGames(
          (await there()).backend,
          games.filter(isRemoved),
          (game) => kept.get(keyText(game)),
          context,
        ),
    },
  ];
  const names = new Set(stepNames(detail));
  return all.filter(({ name }) => names.has(name));
}

const nothing: StepOutcome = { kind: 'unchanged', note: 'nothing to write' };

/** Before the first write: the file may have changed since the preview. */
async function verifyStep(
  { store }: RestoreParts,
  { archive: used }: RestoreDetail,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  if (!used) return { kind: 'unchanged' };
  const told = (done: number, total: number) => progress(done, total, 'bytes');
  const { validation, archive } = await checkStored(store, refOfPath(used.path), { progress: told }, signal);
  const { ok, problems, bytesRead } = validation;
  if (!ok) return failed('integrity', namesOf(problems));
  if (archive?.rootHash.toString('hex') !== used.rootHash)
    return failed('stale', 'It is another archive now');
  return { kind: 'unchanged', note: `${formatBytes(bytesRead)} read, whole` };
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
