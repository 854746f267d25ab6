import type { Draft } from '../action/plan.ts';
import type { LockPlace } from '../action/storage-lock.ts';
import type { Clock } from '../base/clock.ts';
import { digestOf } from '../base/digest.ts';
import { asFault } from '../base/fault.ts';
import type { ArchiveStore } from './archive-store.ts';
import type { Listed } from './protection.ts';
import { judge, newestOf, removedOf } from './prune-judge.ts';
import { changesOf, lacksKey, titleOf, unexcludedOf, warningsOf } from './prune-words.ts';
import { defaultFloors, type RetentionPolicy } from './retention.ts';
import { type Exclusion, planExclusionAnyhow } from './target-lock.ts';

export interface PruneParts {
  /** Where the games are that these archives are to bring back. */
  readonly storage: LockPlace;
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

export interface PruneDetail extends Exclusion {
  readonly location: string;
  readonly environment: string;
  readonly policy: RetentionPolicy;
  /** What ages were counted back from, one of each storage of which something is removed. */
  readonly newest: readonly PrunedArchive[];
  /** Those of them that are read back before anything is removed: all but what is encrypted and whose key is not here. */
  readonly readBack: readonly PrunedArchive[];
  /** Oldest first. */
  readonly remove: readonly PrunedArchive[];
}

export const pruneSteps = {
  prove: 'Read the newest verified archive back',
  remove: 'Remove the archives',
};

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
  const newest = newestOf(judged);
  const locked = await lockedOf(store, newest);
  const readBack = newest.filter((archive) => !locked.includes(archive));
  const detail: PruneDetail = {
    location: store.location,
    environment,
    policy,
    newest: newest.map(prunedOf),
    readBack: readBack.map(prunedOf),
    remove: removed.map(prunedOf),
    ...(await planExclusionAnyhow(parts.storage, signal)),
  };
  return {
    title: titleOf(judged, removed, policy, store.location),
    place: store.location,
    changes: changesOf(judged, parts.clock.now()),
    steps: readBack.length > 0 ? Object.values(pruneSteps) : [pruneSteps.remove],
    warnings: warningsOf(judged),
    unverified: [
      ...locked.map(({ name }) => `Whether ${name} can still be read: ${lacksKey}`),
      ...unexcludedOf(detail, removed, parts.storage.location),
    ],
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

const prunedOf = ({ name, manifest }: Listed): PrunedArchive => ({ name, rootHash: manifest.rootHash });

/** Other faults are for the step that reads it: it removes nothing then. */
async function lockedOf(store: ArchiveStore, archives: readonly Listed[]): Promise<Listed[]> {
  const locked: Listed[] = [];
  for (const archive of archives) {
    try {
      await (await store.open(await store.resolve(archive.name))).close();
    } catch (thrown) {
      if (asFault(thrown).code === 'cannot-decrypt') locked.push(archive);
    }
  }
  return locked;
}
