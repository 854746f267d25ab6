import type { Action, Check, StepContext, StepOutcome } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import { asFault, Fault } from '../base/fault.ts';
import { formatBytes } from '../base/units.ts';
import { namesOf } from '../game/record-words.ts';
import type { ArchiveRow } from './archive-list.ts';
import type { ArchiveRef } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import {
  currentBasis,
  draftPrune,
  type PruneDetail,
  type PrunedArchive,
  type PruneInput,
  type PruneParts,
  pruneSteps,
} from './prune-plan.ts';
import { lockPlaceAnyhow, targetLock } from './target-lock.ts';
import { checkStored } from './validate.ts';

/**
 * `backup prune`: removes archives by age. Nothing goes before the newest verified archive has been read back whole, and
 * one that is another archive by then is left alone. Meanwhile no run on the configured storage goes by one of them; one
 * on another storage may, and fails aloud.
 */
export function createPruneAction(parts: PruneParts): Action<PruneInput, PruneDetail> {
  const { store, storage } = parts;
  return {
    name: 'backup prune',
    effect: 'target',
    draft: (input, _reading, signal) => draftPrune(parts, input, signal),
    basis: (detail, signal) => currentBasis(parts, detail, signal),
    // Where the storage keeps others out, here other prunes of the location are, for whatever storage they run.
    lockKey: ({ lockedHere }) =>
      lockedHere === undefined ? `The pruning of ${store.location}` : targetLock(storage.location),
    lockPlace: (detail, signal) => lockPlaceAnyhow(storage, detail, signal),
    steps({ detail }) {
      const { readBack, remove } = detail;
      const removal = knownStep(pruneSteps.remove, (context) => removeArchives(store, remove, context));
      if (readBack.length === 0) return [removal];
      return [knownStep(pruneSteps.prove, (context) => proveStep(store, readBack, context)), removal];
    },
    async verify({ detail }, _progressed, signal) {
      const { archives } = await store.list(signal);
      return [goneCheck(detail, archives), ...detail.newest.map((one) => keptCheck(one, archives))];
    },
  };
}

async function proveStep(
  store: ArchiveStore,
  newest: readonly PrunedArchive[],
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const notes: string[] = [];
  for (const archive of newest) {
    const ref = await findArchive(store, archive);
    if (!ref) return { kind: 'failed', fault: notProved(archive, ['it is gone']) };
    const told = (done: number, total: number) => progress(done, total, 'bytes');
    const { validation } = await checkStored(store, ref, { progress: told }, signal);
    const { ok, problems, bytesRead } = validation;
    if (!ok) return { kind: 'failed', fault: notProved(archive, problems) };
    notes.push(`${archive.name}, ${formatBytes(bytesRead)} read back`);
  }
  return { kind: 'unchanged', note: notes.join('; ') };
}

/** Oldest first, so that an interruption leaves the newer ones. */
export async function removeArchives(
  store: ArchiveStore,
  archives: readonly PrunedArchive[],
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const removed: string[] = [];
  const moved: string[] = [];
  try {
    for (const archive of archives) {
      signal.throwIfAborted();
      const ref = await findArchive(store, archive);
      if (ref) {
        await store.remove(ref);
        removed.push(archive.name);
      } else moved.push(archive.name);
      progress(removed.length + moved.length, archives.length, 'archives');
    }
  } catch (thrown) {
    return { kind: 'failed', fault: stopped(asFault(thrown), removed, archives.length, signal.aborted) };
  }
  if (moved.length === 0) {
    return removed.length > 0
      ? { kind: 'done', note: `${removed.length} removed` }
      : { kind: 'unchanged', note: 'no archive to remove' };
  }
  const message = `${removed.length} of ${archives.length} archives removed; gone or changed since the plan, and left alone: ${namesOf(moved)}`;
  return { kind: 'failed', fault: new Fault(removed.length > 0 ? 'partial' : 'conflict', message, again) };
}

/** undefined when the name has no archive any more, or another one. */
async function findArchive(
  store: ArchiveStore,
  { name, rootHash }: PrunedArchive,
): Promise<ArchiveRef | undefined> {
  try {
    const ref = await store.resolve(name);
    return rootHashOf(await store.row(ref)) === rootHash ? ref : undefined;
  } catch (thrown) {
    const fault = asFault(thrown);
    if (fault.code === 'not-found') return undefined;
    throw fault;
  }
}

const rootHashOf = ({ manifest }: ArchiveRow) => (manifest instanceof Fault ? undefined : manifest.rootHash);

function stopped(cause: Fault, removed: readonly string[], total: number, interrupted: boolean): Fault {
  const code = removed.length > 0 ? 'partial' : interrupted ? 'interrupted' : cause.code;
  const message = `${removed.length} of ${total} archives removed; stopped: ${cause.message}`;
  return new Fault(code, message, { next: cause.next ?? again.next, cause });
}

function notProved({ name }: PrunedArchive, problems: readonly string[]): Fault {
  return new Fault(
    'integrity',
    `Archive ${name}, the newest verified one, is not whole: ${namesOf(problems)}`,
    {
      next: 'Nothing was removed. Make a new backup, and keep the older archives until it is validated',
    },
  );
}

const again = { next: 'Make a new plan: it shows what is left' };

function goneCheck({ remove }: PruneDetail, archives: readonly ArchiveRow[]): Check {
  const name = 'Archives gone';
  if (remove.length === 0) return { name, kind: 'pass', found: 'none was to go' };
  const isThere = (one: PrunedArchive) => archives.some((row) => row.name === one.name);
  const left = remove.filter(isThere).map((one) => one.name);
  const found = `${remove.length - left.length} of ${remove.length}`;
  if (left.length === 0) return { name, kind: 'pass', found };
  return { name, kind: 'fail', found: `${found}; still there: ${namesOf(left)}` };
}

function keptCheck(newest: PrunedArchive, archives: readonly ArchiveRow[]): Check {
  const row = archives.find((one) => one.name === newest.name && rootHashOf(one) === newest.rootHash);
  const isKept = row?.verifiedAtMs !== undefined;
  return {
    name: `Archive ${newest.name}`,
    kind: isKept ? 'pass' : 'fail',
    found: row ? (isKept ? 'there and verified' : 'there, not verified any more') : 'gone',
  };
}
