import type { Reading } from '../action/action.ts';
import { counted } from '../action/counted.ts';
import type { Draft } from '../action/plan.ts';
import type { Backend } from '../backend/port.ts';
import { headOf } from '../backend/record-head.ts';
import { readInBatches } from '../backend/record-reads.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import { formatBytes } from '../base/units.ts';
import { gamesText } from '../game/record-words.ts';
import type { ArchiveFilter, GameWhere } from './archive-list.ts';
import { defaultArchiveName } from './archive-names.ts';
import type { LeftPart } from './archive-store.ts';
import { archivesIn } from './archives-in.ts';
import type { ArchivingParts, Packing, ResumedPart } from './archiving.ts';
import { countGames, estimateBytes, estimateChanges, estimateWarnings, isPackingKnown } from './estimate.ts';
import { type Keys, paced } from './pace.ts';
import { roomUnverified, roomWarnings } from './room.ts';
import { createSelection } from './selection.ts';
import { type Exclusion, exclusionUnverified, planExclusion } from './target-lock.ts';
import { findUnfinished, type Unfinished } from './unfinished.ts';
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

export interface BackupDetail extends Exclusion {
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

export const backupSteps = {
  write: 'Read the games into an archive',
  publish: 'Publish the archive',
  validate: 'Validate what was written',
};

export async function draftBackup(
  parts: BackupParts,
  input: BackupInput,
  reading: Reading = () => {},
  signal?: AbortSignal,
): Promise<Draft<BackupDetail>> {
  const { backend, store, random } = parts;
  const { allowUnsupported = false, gamesPerSecond } = input;
  const earlier = input.resume ? await earlierOf(parts, input) : undefined;
  const name = await nameOf(parts, input, earlier);
  const packing = { ...parts.packing, ...(earlier ? packingOf(earlier.header) : {}), ...input.packing };
  await store.ready(packing.encryption);
  const filter = earlier?.header.filter ?? filterOf(input);
  if (filter.where && !earlier) {
    const keys = counted('Looking for a game that is asked for', backend.scan(signal), reading);
    const found = gamesPerSecond === undefined ? keys : paced(keys, gamesPerSecond, parts.clock, signal);
    await refuseEmpty(backend, found, filter, filter.where, signal);
  }
  const rough = await backend.roughCensus?.(signal);
  const census = rough ?? (await backend.census(signal));
  const counts = countGames(census, filter, rough !== undefined);
  const archives = await archivesIn(store, signal);
  const before = { archives, source: backend.location, codec: packing.codec };
  const expectedBytes = estimateBytes(census, counts, before);
  const packingKnown = isPackingKnown(packing.codec, archives, counts);
  const room = await store.room();
  const detail: BackupDetail = {
    ...{ location: store.location, name, archiveId: random(16), filter, allowUnsupported, packing },
    seenGames: counts.seen,
    ...(gamesPerSecond === undefined ? {} : { gamesPerSecond }),
    ...(expectedBytes === undefined ? {} : { expectedBytes }),
    ...(earlier ? { resumes: resumedPart(earlier) } : {}),
    ...(await planExclusion(backend, signal)),
  };
  const amount = `${counts.certainty}${gamesText(counts.taken.current + counts.taken.legacy)}`;
  return {
    title: `Back up ${amount} to archive ${name}${earlier ? ', going on where it was interrupted' : ''}`,
    place: backend.location,
    changes: estimateChanges({ ...detail, packingKnown }, counts),
    steps: Object.values(backupSteps),
    warnings: [
      ...(earlier ? [resumedWarning(earlier)] : leftWarnings(await store.unfinished())),
      ...estimateWarnings(counts, filter),
      ...roomWarnings(store.location, room, {
        name,
        bytes: counts.certainty === 'at most ' ? undefined : expectedBytes,
      }),
    ],
    unverified: [
      `Which games can be read: it shows as each is read, and one that cannot be ${allowUnsupported ? 'is named in the archive and not in it' : 'stops the backup'}`,
      ...(expectedBytes === undefined ? ['How large the archive will become'] : []),
      ...roomUnverified(store.location, room),
      ...exclusionUnverified(detail),
    ],
    basis: await basisOf(parts, detail),
    detail,
  };
}

export async function basisOf(
  { backend, store }: BackupParts,
  { name, filter, packing, resumes }: BackupDetail,
): Promise<string> {
  const isFree = (await store.freeName(name)) === name;
  const place = { source: backend.location, location: store.location };
  const part = resumes && (await store.unfinished()).find(({ path }) => path === resumes.part.path);
  return digestOf({ ...place, name, filter, packing, isFree, ...(part ? { part } : {}) });
}

const earlierOf = ({ store, environment, backend }: BackupParts, { name }: BackupInput) =>
  findUnfinished(store, { name, environment, source: backend.location });

const filterOf = ({ includeCompleted, where }: BackupInput): ArchiveFilter => ({
  includeCompleted,
  ...(where ? { where } : {}),
});

/** One that was asked for is taken as it is, or not at all. */
async function nameOf(
  { store, environment, clock }: BackupParts,
  { name }: BackupInput,
  earlier: Unfinished | undefined,
): Promise<string> {
  const wanted = earlier?.part.name ?? name ?? defaultArchiveName(environment, clock.now());
  const free = await store.freeName(wanted);
  if (earlier || name === undefined || free === name) return free;
  throw nameTaken(name, free);
}

/** Looks for the first game that is wanted, so that an archive of none is refused before it is begun. */
async function refuseEmpty(
  backend: Backend,
  keys: Keys,
  filter: ArchiveFilter,
  where: GameWhere,
  signal?: AbortSignal,
): Promise<void> {
  const select = createSelection(filter);
  for await (const batch of readInBatches(backend, keys, signal)) {
    if (batch.some(({ read }) => read.kind === 'record' && select(headOf(read.record)) === 'kept')) return;
  }
  throw noneMatch(where, backend.location);
}

export function noneMatch(where: GameWhere, location: string): Fault {
  return new Fault('not-found', `There is no game ${whereText(where)} in ${location} to back up`, {
    next: 'Look for them with gamekeeper games list; finished games are only taken with --include-completed',
  });
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

/** Nobody else tells of a backup that was killed. It is not opened for that: it may need a key. */
const leftWarnings = (parts: readonly LeftPart[]): readonly string[] =>
  parts.map(
    ({ name, sizeBytes }) =>
      `There is what a backup ${name} had read, ${formatBytes(sizeBytes)}: if it was interrupted, --resume --name ${name} may go on with it`,
  );

function nameTaken(name: string, free: string): Fault {
  return new Fault('conflict', `There is an archive ${name} already`, {
    next: `Use another name, like ${free}`,
  });
}
