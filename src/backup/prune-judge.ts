import { Fault } from '../base/fault.ts';
import { type Listed, listedOf } from './protection.ts';
import type { PruneParts } from './prune-plan.ts';
import { judgeRetention, type Retention, type RetentionPolicy } from './retention.ts';

export interface Judged {
  /** One for each storage: what is there of one brings back nothing of another. */
  readonly retentions: readonly Retention<Listed>[];
  /** Archives that are nobody's to judge, with the reason. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

/** What is there now, and what becomes of it. */
export async function judge(
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
  const bySource = Map.groupBy(listed, ({ manifest }) => manifest.source);
  const retentions = [...bySource.values()].map((of) => judgeRetention(of, policy, clock.now()));
  return { retentions, left };
}

/** Oldest first, so that an interruption leaves the newer ones. */
export function removedOf({ retentions }: Judged): Listed[] {
  return retentions
    .flatMap(removedIn)
    .sort((a, b) => a.endedAtMs - b.endedAtMs || (a.name < b.name ? -1 : 1));
}

/** What stands for those that are removed. */
export const newestOf = ({ retentions }: Judged): Listed[] =>
  retentions.flatMap((one) => (one.newest && removedIn(one).length > 0 ? [one.newest] : []));

const removedIn = ({ fates }: Retention<Listed>): Listed[] =>
  fates.filter(({ fate }) => fate.kind === 'removed').map(({ archive }) => archive);
