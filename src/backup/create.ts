import type { Action, Check, Step } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import type { Draft } from '../action/plan.ts';
import type { Backend } from '../backend/port.ts';
import { headOf } from '../backend/record-head.ts';
import { readInBatches } from '../backend/record-reads.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import { formatBytes } from '../base/units.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import type { ArchiveFilter, GameWhere } from './archive-list.ts';
import { archiveRef, defaultArchiveName } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { archivesIn } from './archives-in.ts';
import {
  type ArchivingParts,
  type FinishedArchive,
  type Packing,
  type ResumedPart,
  writeArchive,
} from './archiving.ts';
import { countGames, estimateBytes, estimateChanges, estimateWarnings } from './estimate.ts';
import type { ArchiveTotals } from './format.ts';
import { roomWarnings } from './room.ts';
import { createSelection } from './selection.ts';
import { targetLock } from './target-lock.ts';
import { findUnfinished, type Unfinished } from './unfinished.ts';
import { validationStep } from './validation-step.ts';
import { whereText } from './where-words.ts';

export interface BackupParts extends ArchivingParts {
  readonly random: RandomHex;
}

export interface BackupInput {
  /** `<environment>-<UTC time>` when left out. */
  readonly name?: string | undefined;
  /** Takes games in GAME_OVER too. */
  readonly includeCompleted: boolean;
  /** Only these; all when left out. */
  readonly where?: GameWhere | undefined;
  /** Lists games that cannot be represented in the archive's manifest, instead of stopping. */
  readonly allowUnsupported?: boolean | undefined;
  /** How many games are read a second, at most; as fast as it goes when left out. */
  readonly gamesPerSecond?: number | undefined;
  /**
   * Goes on with an interrupted backup, of `name` where that is given: what it had read stays as it is, and its filter holds.
   */
  readonly resume?: boolean | undefined;
  /** As configured, where it says nothing. */
  readonly packing?: Partial<Packing> | undefined;
}

export interface BackupDetail {
  readonly location: string;
  readonly name: string;
  readonly archiveId: string;
  readonly filter: ArchiveFilter;
  readonly allowUnsupported: boolean;
  readonly packing: Packing;
  readonly gamesPerSecond?: number;
  readonly resumes?: ResumedPart;
  /** All that the census counted, wanted or not: each is looked at. For progress. */
  readonly seenGames: number;
  /** How large the archive is likely to become; undefined where nothing tells. */
  readonly expectedBytes?: number;
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

  const basis = async ({ name, filter, packing, resumes }: BackupDetail) => {
    const isFree = (await store.freeName(name)) === name;
    const place = { source: backend.location, location: store.location };
    const part = resumes && (await store.unfinished()).find(({ path }) => path === resumes.part.path);
    return digestOf({ ...place, name, filter, packing, isFree, ...(part ? { part } : {}) });
  };

  return {
    name: 'backup create',
    effect: 'local',
    async draft(
      { name, includeCompleted, where, allowUnsupported = false, gamesPerSecond, resume, packing: wanted },
      signal,
    ): Promise<Draft<BackupDetail>> {
      const earlier = resume
        ? await findUnfinished(store, { name, environment, source: backend.location })
        : undefined;
      const free = await store.freeName(
        earlier?.part.name ?? name ?? defaultArchiveName(environment, clock.now()),
      );
      if (!earlier && name !== undefined && free !== name) throw nameTaken(name, free);
      const packing = { ...parts.packing, ...(earlier ? packingOf(earlier.header) : {}), ...wanted };
      await store.ready(packing.encryption);
      const filter = earlier?.header.filter ?? { includeCompleted, ...(where ? { where } : {}) };
      if (where && !earlier) await refuseEmpty(backend, filter, where, signal);
      const census = await (backend.roughCensus?.(signal) ?? backend.census(signal));
      const counts = countGames(census, filter);
      const expectedGames = counts.taken.current + counts.taken.legacy;
      const archives = await archivesIn(store, signal);
      const expectedBytes = estimateBytes(census, counts, archives, backend.location);
      const room = await store.room();
      const detail = {
        location: store.location,
        name: free,
        archiveId: random(16),
        filter,
        allowUnsupported,
        packing,
        seenGames: counts.seen,
        ...(gamesPerSecond === undefined ? {} : { gamesPerSecond }),
        ...(expectedBytes === undefined ? {} : { expectedBytes }),
        ...(earlier ? { resumes: resumedPart(earlier) } : {}),
      };
      const most = counts.atMost ? 'at most ' : '';
      return {
        title: `Back up ${most}${gamesText(expectedGames)} to archive ${free}${earlier ? ', going on where it was interrupted' : ''}`,
        place: backend.location,
        changes: estimateChanges(detail, counts),
        steps: Object.values(stepNames),
        warnings: [
          ...(earlier ? [resumedWarning(earlier)] : []),
          ...estimateWarnings(counts),
          ...roomWarnings(store.location, room, expectedBytes),
        ],
        unverified: [
          `Which games can be read: it shows as each is read, and one that cannot be ${allowUnsupported ? 'is named in the archive and not in it' : 'stops the backup'}`,
          ...(expectedBytes === undefined ? ['How large the archive will become'] : []),
          ...(room.space ? [] : [`Whether ${store.location} has room for it`]),
        ],
        basis: await basis(detail),
        detail,
      };
    },
    basis,
    lockKey: () => targetLock(backend.location),
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: async ({ detail }) => [
      await publishedCheck(store, detail.name),
      ...(await missingCheck(store, detail.name)),
    ],
  };
}

function stepsOf(parts: BackupParts, detail: BackupDetail): Step[] {
  const { name, filter, seenGames } = detail;
  let finished: FinishedArchive | undefined;
  return [
    knownStep(stepNames.write, async ({ signal, progress }) => {
      const told = (done: number) => progress(done, Math.max(done, seenGames), 'games');
      finished = await writeArchive(parts, { ...detail, resumable: true }, told, signal);
      if (filter.where && finished.written.totals.games === 0) {
        await finished.discard();
        throw noneMatch(filter.where, parts.backend.location);
      }
      return { kind: 'done', note: totalsNote(finished.written.totals) };
    }),
    knownStep(stepNames.publish, async () => {
      if (!finished) throw new Fault('internal', 'There is no archive to publish');
      await finished.publish();
      if (detail.resumes) await parts.store.removePart(detail.resumes.part);
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

/** An archive that lacks games is not all that was asked for, also when it was allowed to. */
async function missingCheck(store: ArchiveStore, name: string): Promise<Check[]> {
  const { manifest } = await store.row(archiveRef(store.location, name));
  const { unsupported = [] } = manifest instanceof Fault ? {} : manifest;
  if (unsupported.length === 0) return [];
  const found = namesOf(unsupported.map(gameLabel), 20);
  return [{ name: 'Games that are not in the archive', kind: 'fail', found }];
}

/** Looks for the first game that is wanted, so that an archive of none is refused before it is begun. */
async function refuseEmpty(
  backend: Backend,
  filter: ArchiveFilter,
  where: GameWhere,
  signal?: AbortSignal,
): Promise<void> {
  const select = createSelection(filter);
  for await (const batch of readInBatches(backend, backend.scan(signal), signal)) {
    if (batch.some(({ read }) => read.kind === 'record' && select(headOf(read.record)) === 'kept')) return;
  }
  throw noneMatch(where, backend.location);
}

function noneMatch(where: GameWhere, location: string): Fault {
  return new Fault('not-found', `There is no game ${whereText(where)} in ${location} to back up`, {
    next: 'Look for them with gamekeeper games list; finished games are only taken with --include-completed',
  });
}

function totalsNote({ games, leftOut, unsupported = [], meanwhile, resumed }: ArchiveTotals): string {
  const { completed, vanished, filtered = 0 } = leftOut;
  const left = [
    resumed ? `${gamesText(resumed.games)} of before the interruption` : '',
    resumed && resumed.gone > 0 ? `${gamesText(resumed.gone)} of those gone since` : '',
    completed > 0 ? `${gamesText(completed)} completed and left out` : '',
    filtered > 0 ? `${gamesText(filtered)} not asked for` : '',
    vanished > 0 ? `${gamesText(vanished)} ended before being read` : '',
    meanwhile && meanwhile.changed > 0 ? `${gamesText(meanwhile.changed)} changed since it began` : '',
    unsupported.length > 0
      ? `${gamesText(unsupported.length)} that cannot be represented are NOT in it: ${namesOf(unsupported.map(gameLabel))}`
      : '',
  ];
  return [gamesText(games), ...left.filter(Boolean)].join(', ');
}

/** What was to be encrypted stays so, for the same readers. */
function packingOf({ codec, cipher, recipients }: Unfinished['header']): Partial<Packing> {
  if (cipher === 'none') return { codec };
  return { codec, encryption: recipients ? { kind: 'recipients', recipients } : { kind: 'passphrase' } };
}

const resumedPart = ({ part, header, games }: Unfinished): ResumedPart => ({
  part,
  startedAtMs: header.startedAtMs,
  games,
});

function resumedWarning({ part, header, games }: Unfinished): string {
  const [from, until] = [header.startedAtMs, part.mtimeMs].map((ms) => new Date(ms).toISOString());
  return `${gamesText(games)} stay as they were read from ${from} to ${until}: what has changed of them since is not in the archive`;
}

function nameTaken(name: string, free: string): Fault {
  return new Fault('conflict', `There is an archive ${name} already`, {
    next: `Use another name, like ${free}`,
  });
}
