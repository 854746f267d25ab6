import type { Draft } from '../action/plan.ts';
import type { Clock } from '../base/clock.ts';
import { digestOf } from '../base/digest.ts';
import { asFault } from '../base/fault.ts';
import type { ArchiveStore } from './archive-store.ts';
import type { Listed } from './protection.ts';
import { judge, removedOf } from './prune-judge.ts';
import { changesOf, lacksKey, titleOf, unknownRetired, warningsOf } from './prune-words.ts';
import { defaultFloors, type RetentionPolicy } from './retention.ts';

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
