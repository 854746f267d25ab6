import type { Change, Draft } from '../action/plan.ts';
import type { Clock } from '../base/clock.ts';
import { digestOf } from '../base/digest.ts';
import { asFault, Fault } from '../base/fault.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import { gamesText, namesOf } from '../game/record-words.ts';
import type { ArchiveRow, Manifest } from './archive-list.ts';
import type { ArchiveStore } from './archive-store.ts';
import {
  defaultFloors,
  judgeRetention,
  type KeptArchive,
  type Retention,
  type RetentionPolicy,
} from './retention.ts';

export interface PruneParts {
  readonly store: ArchiveStore;
  readonly environment: string;
  readonly clock: Clock;
  readonly retentionMs: number;
}

/** What is left out is as `defaultFloors` says; retired games' archives stay. */
export type PruneInput = Partial<Omit<RetentionPolicy, 'maxAgeMs'>>;

export interface PrunedArchive {
  readonly name: string;
  /** An archive that has another one by then is another archive. */
  readonly rootHash: string;
}

export interface PruneDetail {
  readonly location: string;
  readonly environment: string;
  readonly policy: RetentionPolicy;
  /** What ages were counted back from; undefined when nothing is removed. */
  readonly newest: PrunedArchive | undefined;
  /** It is read back before anything is removed; false where it is encrypted and its key is not here. */
  readonly isReadBack: boolean;
  /** Oldest first. */
  readonly remove: readonly PrunedArchive[];
}

export const pruneSteps = {
  prove: 'Read the newest verified archive back',
  remove: 'Remove the archives',
};

interface Listed extends KeptArchive {
  readonly manifest: Manifest;
}

interface Judged {
  readonly retention: Retention<Listed>;
  /** Archives that are nobody's to judge, with the reason. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

export async function draftPrune(
  parts: PruneParts,
  input: PruneInput,
  signal?: AbortSignal,
): Promise<Draft<PruneDetail>> {
  const { store, environment, retentionMs } = parts;
  const policy: RetentionPolicy = {
    ...defaultFloors,
    includeRetired: false,
    ...input,
    maxAgeMs: retentionMs,
  };
  const judged = await judge(parts, policy, signal);
  const removed = removedOf(judged);
  const { newest } = removed.length > 0 ? judged.retention : { newest: undefined };
  const isReadBack = newest !== undefined && (await opens(store, newest));
  const detail: PruneDetail = {
    location: store.location,
    environment,
    policy,
    newest: newest && prunedOf(newest),
    isReadBack,
    remove: removed.map(prunedOf),
  };
  return {
    title: titleOf(judged, removed, policy, store.location),
    place: store.location,
    changes: changesOf(judged, parts.clock.now()),
    steps: isReadBack ? Object.values(pruneSteps) : [pruneSteps.remove],
    warnings: warningsOf(judged),
    unverified: [
      newest && !isReadBack ? `Whether ${newest.name} can still be read: ${lacksKey}` : '',
      removed.some(({ manifest }) => manifest.filter.includeCompleted) ? unknownRetired : '',
    ].filter(Boolean),
    basis: basisOf(detail),
    detail,
  };
}

/** A newer backup changes nothing for the plan as long as the same archives would go. */
export async function currentBasis(
  parts: PruneParts,
  detail: PruneDetail,
  signal?: AbortSignal,
): Promise<string> {
  const removed = removedOf(await judge(parts, detail.policy, signal));
  const { location } = parts.store;
  return basisOf({ ...detail, location, environment: parts.environment, remove: removed.map(prunedOf) });
}

const basisOf = ({ location, environment, policy, remove }: PruneDetail) =>
  digestOf({ location, environment, policy, remove });

async function judge(
  { store, environment, clock }: PruneParts,
  policy: RetentionPolicy,
  signal?: AbortSignal,
): Promise<Judged> {
  const { archives } = await store.list(signal);
  const left: Judged['left'][number][] = [];
  const listed = archives.flatMap((row): Listed[] => {
    const { name, manifest } = row;
    if (manifest instanceof Fault) left.push({ name, why: `unreadable: ${manifest.message}` });
    else if (manifest.environment !== environment) left.push({ name, why: `of ${manifest.environment}` });
    else return [listedOf(row, manifest)];
    return [];
  });
  return { retention: judgeRetention(listed, policy, clock.now()), left };
}

function listedOf({ name, verifiedAtMs }: ArchiveRow, manifest: Manifest): Listed {
  return {
    name,
    endedAtMs: manifest.endedAtMs,
    isVerified: verifiedAtMs !== undefined,
    kind: kindOf(manifest),
    manifest,
  };
}

/** Backups of a storage that has lost its games must not drive out those that have them. */
function kindOf({ purpose, filter, games }: Manifest): KeptArchive['kind'] {
  if (purpose === 'retired') return 'retired';
  return purpose === undefined && filter.where === undefined && games > 0 ? 'whole' : 'part';
}

const prunedOf = ({ name, manifest }: Listed): PrunedArchive => ({ name, rootHash: manifest.rootHash });

/** Other faults are for the step that reads it: it removes nothing then. */
async function opens(store: ArchiveStore, { name }: Listed): Promise<boolean> {
  try {
    await (await store.open(await store.resolve(name))).close();
    return true;
  } catch (thrown) {
    return asFault(thrown).code !== 'cannot-decrypt';
  }
}

function removedOf({ retention }: Judged): Listed[] {
  return retention.fates
    .filter(({ fate }) => fate.kind === 'removed')
    .map(({ archive }) => archive)
    .sort((a, b) => a.endedAtMs - b.endedAtMs || (a.name < b.name ? -1 : 1));
}

function titleOf(
  { retention, left }: Judged,
  removed: readonly Listed[],
  { maxAgeMs }: RetentionPolicy,
  location: string,
): string {
  const count = archivesText(retention.fates.length + left.length);
  if (removed.length === 0 || !retention.newest) return `Remove none of ${count} in ${location}`;
  const size = formatBytes(removed.reduce((sum, { manifest }) => sum + manifest.storedBytes, 0));
  const which = `made more than ${formatDuration(maxAgeMs)} before ${retention.newest.name}`;
  return `Remove ${removed.length} of ${count} (${size}) from ${location}, ${which}`;
}

const archivesText = (count: number) => (count === 1 ? '1 archive' : `${count} archives`);

/** What goes comes first: a long preview is cut at its end. */
function changesOf({ retention, left }: Judged, nowMs: number): Change[] {
  const judged = retention.fates.map(({ archive, fate }): Change => {
    const { games, storedBytes, endedAtMs } = archive.manifest;
    return {
      target: archive.name,
      effect: effects[fate.kind],
      from: `${new Date(endedAtMs).toISOString()}, ${gamesText(games)}, ${formatBytes(storedBytes)}`,
      why: fate.kind === 'removed' ? `${fate.why}, ${formatDuration(nowMs - endedAtMs)} old` : fate.why,
    };
  });
  const others = left.map(({ name, why }): Change => ({ target: name, effect: 'skip', why }));
  const first = (change: Change) => change.effect === 'delete';
  return [...judged.filter(first), ...judged.filter((change) => !first(change)), ...others];
}

const effects = { removed: 'delete', kept: 'unchanged', ignored: 'skip' } as const;

function warningsOf({ retention, left }: Judged): string[] {
  const { newest, fates } = retention;
  const ignored = [
    ...fates.filter(({ fate }) => fate.kind === 'ignored').map(({ archive }) => archive.name),
    ...left.map(({ name }) => name),
  ];
  return [
    newest ? '' : 'Nothing goes: no archive of all games is verified; make one, or validate one',
    ignored.length > 0 ? `Left alone and not counted: ${namesOf(ignored)}` : '',
  ].filter(Boolean);
}

const lacksKey =
  'its key is not here, so it counts by its validation, its size and the time of its last change';

const unknownRetired =
  'Whether one of them is the only archive of finished games that were retired since: backup diff ARCHIVE live tells';
