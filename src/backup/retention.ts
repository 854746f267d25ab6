/**
 * Which archives may go. Ages are reckoned between archives, never from a clock, so a clock that is wrong when this is
 * asked removes nothing more; one that was wrong when an archive was made is met by leaving alone what is from the future.
 */
import { isAhead, isWhole, type KeptArchive } from './protection.ts';

export interface RetentionPolicy {
  /** Counted back from the newest verified archive. */
  readonly maxAgeMs: number;
  /** So many verified archives stay however old they are: the newest, and the newest of each day and week (UTC). */
  readonly keepLast: number;
  readonly keepDaily: number;
  readonly keepWeekly: number;
  /** Archives of retired games go by their age too. */
  readonly includeRetired: boolean;
}

export const defaultFloors = { keepLast: 3, keepDaily: 7, keepWeekly: 4 } as const;

/** `ignored`: it counts for nothing and is left alone. */
export interface Fate {
  readonly kind: 'kept' | 'removed' | 'ignored';
  /** For people. */
  readonly why: string;
}

export interface Retention<A extends KeptArchive> {
  /** What ages are counted back from; without one nothing goes. */
  readonly newest: A | undefined;
  /** In the order of the archives. */
  readonly fates: readonly { readonly archive: A; readonly fate: Fate }[];
}

const dayMs = 24 * 60 * 60_000;

/** @param archives of one storage in one environment, in any order */
export function judgeRetention<A extends KeptArchive>(
  archives: readonly A[],
  policy: RetentionPolicy,
  nowMs: number,
): Retention<A> {
  const whole = archives.filter((archive) => archive.isVerified && isWhole(archive, nowMs)).sort(newestFirst);
  const [newest] = whole;
  const floors = floorsOf(whole, policy);
  const fateOf = (archive: A): Fate => {
    if (!archive.isVerified) return ignored('not verified: it counts for nothing until it is validated');
    if (isAhead(archive, nowMs)) return ignored('from the future: a clock was, or is, wrong');
    if (!newest) return kept('no archive of all games is verified');
    if (archive === newest) return kept('the newest verified one');
    if (newest.endedAtMs - archive.endedAtMs <= policy.maxAgeMs) return kept('not old enough');
    if (archive.kind === 'retired' && !policy.includeRetired) {
      return kept('has games that were removed from storage');
    }
    const floor = floors.get(archive);
    if (floor !== undefined) return kept(floor);
    return { kind: 'removed', why: 'older than the newest verified one by more than is kept' };
  };
  return { newest, fates: archives.map((archive) => ({ archive, fate: fateOf(archive) })) };
}

/** Those of one moment by name, so that two looks agree. */
const newestFirst = (a: KeptArchive, b: KeptArchive) =>
  b.endedAtMs - a.endedAtMs || (a.name < b.name ? 1 : -1);

/** Why each that a floor keeps is kept. @param archives newest first */
function floorsOf<A extends KeptArchive>(
  archives: readonly A[],
  policy: RetentionPolicy,
): ReadonlyMap<A, string> {
  const { keepLast, keepDaily, keepWeekly } = policy;
  const newestOf = (spanOf: (atMs: number) => number, spans: number) => {
    const first = new Map<number, A>();
    for (const archive of archives) {
      const span = spanOf(archive.endedAtMs);
      if (!first.has(span)) first.set(span, archive);
    }
    return [...first.values()].slice(0, spans);
  };
  const dayOf = (atMs: number) => Math.floor(atMs / dayMs);
  // The epoch began on a Thursday; weeks begin on Mondays.
  const weekOf = (atMs: number) => Math.floor((dayOf(atMs) + 3) / 7);
  return new Map([
    ...newestOf(weekOf, keepWeekly).map((archive) => [archive, 'the newest of its week'] as const),
    ...newestOf(dayOf, keepDaily).map((archive) => [archive, 'the newest of its day'] as const),
    ...archives.slice(0, keepLast).map((archive) => [archive, `one of the newest ${keepLast}`] as const),
  ]);
}

const kept = (why: string): Fate => ({ kind: 'kept', why });
const ignored = (why: string): Fate => ({ kind: 'ignored', why });
