import type { Action, Check, Step } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import type { Draft } from '../action/plan.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import { formatBytes } from '../base/units.ts';
import type { GameRecord } from '../game/record.ts';
import { gamesText, phaseOf } from '../game/record-words.ts';
import { archiveRef, defaultArchiveName } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type ArchivingParts, type FinishedArchive, writeArchive } from './archiving.ts';
import { countGames, estimateChanges, estimateWarnings } from './estimate.ts';
import type { ArchiveTotals } from './format.ts';
import { validationStep } from './validation-step.ts';

export interface BackupParts extends ArchivingParts {
  readonly random: RandomHex;
}

export interface BackupInput {
  /** `<environment>-<UTC time>` when left out. */
  readonly name?: string | undefined;
  /** Takes games in GAME_OVER too. */
  readonly includeCompleted: boolean;
}

export interface BackupDetail {
  readonly location: string;
  readonly name: string;
  readonly archiveId: string;
  readonly includeCompleted: boolean;
  /** What the census counted; for progress. */
  readonly expectedGames: number;
}

const stepNames = {
  write: 'Read the games into an archive',
  publish: 'Publish the archive',
  validate: 'Validate what was written',
};

/**
 * `backup create`. What is stored may change any second, so counting it again could never agree: a plan is stale
 * only when the place, the filter or the archive's name is no longer what the preview showed.
 */
export function createBackupAction(parts: BackupParts): Action<BackupInput, BackupDetail> {
  const { backend, store, environment, clock, random } = parts;

  const basis = async ({ name, includeCompleted }: BackupDetail) => {
    const isFree = (await store.freeName(name)) === name;
    return digestOf({ source: backend.location, location: store.location, name, includeCompleted, isFree });
  };

  return {
    name: 'backup create',
    effect: 'local',
    async draft({ name, includeCompleted }, signal): Promise<Draft<BackupDetail>> {
      const free = await store.freeName(name ?? defaultArchiveName(environment, clock.now()));
      if (name !== undefined && free !== name) throw nameTaken(name, free);
      const counts = countGames(await backend.census(signal), includeCompleted);
      const expectedGames = counts.taken.current + counts.taken.legacy;
      const detail = {
        location: store.location,
        name: free,
        archiveId: random(16),
        includeCompleted,
        expectedGames,
      };
      return {
        title: `Back up ${gamesText(expectedGames)} to archive ${free}`,
        place: backend.location,
        changes: estimateChanges(free, counts),
        steps: Object.values(stepNames),
        warnings: estimateWarnings(counts),
        unverified: [
          'Which games can be read: it shows as each is read, and one that cannot be stops the backup',
          `Free space in ${store.location}`,
        ],
        basis: await basis(detail),
        detail,
      };
    },
    basis,
    lockKey: ({ location }) => `backup create ${location}`,
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: async ({ detail }) => [await publishedCheck(store, detail.name)],
  };
}

function stepsOf(
  parts: BackupParts,
  { name, archiveId, includeCompleted, expectedGames }: BackupDetail,
): Step[] {
  let finished: FinishedArchive | undefined;
  return [
    knownStep(stepNames.write, async ({ signal, progress }) => {
      const keep = (record: GameRecord) => includeCompleted || phaseOf(record) !== 'GAME_OVER';
      const pages = parts.backend.scan(signal);
      const told = (done: number) => progress(done, Math.max(done, expectedGames), 'games');
      finished = await writeArchive(parts, { name, archiveId, pages, keep, includeCompleted }, told, signal);
      return { kind: 'done', note: totalsNote(finished.written.totals) };
    }),
    knownStep(stepNames.publish, async () => {
      if (!finished) throw new Fault('internal', 'There is no archive to publish');
      await finished.publish();
      return { kind: 'done', note: finished.ref.path };
    }),
    validationStep(stepNames.validate, parts, name),
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
  return { name: check, kind: manifest.games > 0 ? 'pass' : 'inconclusive', found: `${found}, validated` };
}

function totalsNote({ games, leftOut }: ArchiveTotals): string {
  const left = [
    leftOut.completed > 0 ? `${gamesText(leftOut.completed)} completed and left out` : '',
    leftOut.vanished > 0 ? `${gamesText(leftOut.vanished)} ended before being read` : '',
  ];
  return [gamesText(games), ...left.filter(Boolean)].join(', ');
}

function nameTaken(name: string, free: string): Fault {
  return new Fault('conflict', `There is an archive ${name} already`, {
    next: `Use another name, like ${free}`,
  });
}
