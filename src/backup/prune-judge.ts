import { Fault } from '../base/fault.ts';
import { type Listed, listedOf } from './protection.ts';
import type { PruneParts } from './prune-plan.ts';
import { judgeRetention, type Retention, type RetentionPolicy } from './retention.ts';

export interface Judged {
  readonly retention: Retention<Listed>;
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
  return { retention: judgeRetention(listed, policy, clock.now()), left };
}

/** Oldest first, so that an interruption leaves the newer ones. */
export function removedOf({ retention }: Judged): Listed[] {
  return retention.fates
    .filter(({ fate }) => fate.kind === 'removed')
    .map(({ archive }) => archive)
    .sort((a, b) => a.endedAtMs - b.endedAtMs || (a.name < b.name ? -1 : 1));
}
