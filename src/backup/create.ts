import type { Action, Check, Step } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import { Fault } from '../base/fault.ts';
import { formatBytes } from '../base/units.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import type { Manifest } from './archive-list.ts';
import { archiveRef } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type FinishedArchive, writeArchive } from './archiving.ts';
import {
  type BackupDetail,
  type BackupInput,
  type BackupParts,
  backupSteps,
  basisOf,
  draftBackup,
  noneMatch,
} from './create-plan.ts';
import type { ArchiveTotals } from './format.ts';
import { hasLostGames } from './protection.ts';
import { lockPlaceOf, targetLock } from './target-lock.ts';
import { validationStep } from './validation-step.ts';

/**
 * `backup create`. What is stored may change any second, so counting it again could never agree: a plan is stale
 * only when the place, the filter or the archive's name is no longer what the preview showed.
 */
export function createBackupAction(parts: BackupParts): Action<BackupInput, BackupDetail> {
  const { backend, store } = parts;
  return {
    name: 'backup create',
    effect: 'local',
    draft: (input, reading, signal) => draftBackup(parts, input, reading, signal),
    basis: (detail) => basisOf(parts, detail),
    lockKey: () => targetLock(backend.location),
    lockPlace: (detail, signal) => lockPlaceOf(backend, detail, signal),
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: async ({ detail }) => [
      await publishedCheck(store, detail.name),
      ...(await protectionCheck(store, detail.name)),
    ],
  };
}

function stepsOf(parts: BackupParts, detail: BackupDetail): Step[] {
  const { name, filter, seenGames } = detail;
  let finished: FinishedArchive | undefined;
  return [
    knownStep(backupSteps.write, async ({ signal, progress }) => {
      const told = (done: number) => progress(done, Math.max(done, seenGames), 'games');
      finished = await writeArchive(parts, { ...detail, resumable: true }, told, signal);
      if (filter.where && finished.written.totals.games === 0) {
        await finished.discard();
        throw noneMatch(filter.where, parts.backend.location);
      }
      return { kind: 'done', note: totalsNote(finished.written.totals) };
    }),
    knownStep(backupSteps.publish, async () => {
      if (!finished) throw new Fault('internal', 'There is no archive to publish');
      await finished.publish();
      if (detail.resumes) await parts.store.removePart(detail.resumes.part);
      return { kind: 'done', note: finished.ref.path };
    }),
    validationStep(backupSteps.validate, parts, name),
  ];
}

/** An archive counts as made when it is listed whole and a validation has passed over its very bytes. */
export async function publishedCheck(store: ArchiveStore, name: string): Promise<Check> {
  const check = `Archive ${name}`;
  if ((await store.freeName(name)) === name)
    return { name: check, kind: 'fail', found: 'nothing was published' };
  const { manifest, verifiedAtMs } = await store.row(archiveRef(store.location, name));
  if (manifest instanceof Fault) return { name: check, kind: 'fail', found: manifest.message };
  const found = `${gamesText(manifest.games)}, ${formatBytes(manifest.storedBytes)}`;
  if (verifiedAtMs === undefined) return { name: check, kind: 'fail', found: `${found}, not validated` };
  return { name: check, kind: 'pass', found: `${found}, validated` };
}

/** An archive that lacks games is not all that was asked for, also when it was allowed to; nor is one of none. */
async function protectionCheck(store: ArchiveStore, name: string): Promise<Check[]> {
  const { manifest } = await store.row(archiveRef(store.location, name));
  if (manifest instanceof Fault) return [];
  const { games, leftOut, unsupported = [] } = manifest;
  const left = leftOut.completed > 0 ? `; ${gamesText(leftOut.completed)} completed and left out` : '';
  const failed = (name: string, found: string): Check => ({ name, kind: 'fail', found });
  return [
    ...(games === 0 ? [failed('Games that are protected', `none, the archive is empty${left}`)] : []),
    ...(hasLostGames(manifest) ? [failed('Games that were read', goneText(manifest))] : []),
    ...(unsupported.length > 0
      ? [failed('Games that are not in the archive', namesOf(unsupported.map(gameLabel), 20))]
      : []),
  ];
}

function goneText({ resumed, meanwhile }: Manifest): string {
  const gone = Math.max(resumed?.gone ?? 0, meanwhile?.gone ?? 0);
  return `${gamesText(gone)} gone from storage since: no prune and no gauge goes by this archive; look at the storage, then make a new one`;
}

function totalsNote({ games, leftOut, unsupported = [], meanwhile, resumed }: ArchiveTotals): string {
  const { completed, vanished, filtered = 0, undated = 0 } = leftOut;
  const left = [
    resumed ? `${gamesText(resumed.games)} of before the interruption` : '',
    resumed && resumed.gone > 0 ? `${gamesText(resumed.gone)} of those gone since` : '',
    completed > 0 ? `${gamesText(completed)} completed and left out` : '',
    undated > 0 ? `${gamesText(undated)} left out, as nobody knows when they changed` : '',
    filtered > 0 ? `${gamesText(filtered)} not asked for` : '',
    vanished > 0 ? `${gamesText(vanished)} ended before being read` : '',
    meanwhile?.gone ? `${gamesText(meanwhile.gone)} GONE from storage before it ended` : '',
    meanwhile && meanwhile.changed > 0 ? `${gamesText(meanwhile.changed)} changed since it began` : '',
    unsupported.length > 0
      ? `${gamesText(unsupported.length)} NOT in it, as no record can represent them: ${namesOf(unsupported.map(gameLabel))}`
      : '',
  ];
  return [gamesText(games), ...left.filter(Boolean)].join(', ');
}
