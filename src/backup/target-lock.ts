/**
 * Backups, restores, retirements and prunes of one storage exclude one another: a backup that is made while a restore writes
 * would be neither what was before nor what is after it, and what is pruned may be what another run goes by. Whatever name it
 * is reached by, so the lock is in the storage itself; where nobody may write by its nature, runs of this machine, user and
 * environment alone exclude one another.
 */
import type { LockPlace } from '../action/storage-lock.ts';
import { asFault, Fault, type FaultCode } from '../base/fault.ts';

export const targetLock = (target: string): string => `The archiving or restoring of games in ${target}`;

/** A part of what is planned. */
export interface Exclusion {
  /** Why the storage can never hold the lock; left out where it does. */
  readonly lockedHere?: string;
}

/** What waiting does not change, and what does not keep anybody from reading. */
const unwritable: readonly FaultCode[] = ['read-only', 'backend-denied', 'backend-missing', 'unsupported'];

/**
 * Asks for a change of nothing: it is refused where one would be.
 *
 * @throws Fault where it is refused for now only, as by a server without enough replicas
 */
export async function planExclusion(place: LockPlace, signal?: AbortSignal): Promise<Exclusion> {
  try {
    await place.changeLock({ from: 'nobody', to: undefined, leaseMs: 0 }, signal);
    return {};
  } catch (thrown) {
    const { code, message, next = 'Look into its log' } = asFault(thrown);
    if (unwritable.includes(code)) return { lockedHere: message };
    if (code !== 'backend-failed') throw thrown;
    throw new Fault(code, `Other runs cannot be excluded now: ${message}`, {
      next: `${next}; a backup with --read-only does without the lock`,
      cause: thrown,
    });
  }
}

export const exclusionUnverified = ({ lockedHere }: Exclusion): string[] =>
  lockedHere === undefined
    ? []
    : [
        `Whether another user, environment or machine backs up or restores these games meanwhile: ${lockedHere}`,
      ];

/** Only a plan that has said so goes without, and only where that is still so. */
export async function lockPlaceOf(place: LockPlace, planned: Exclusion): Promise<LockPlace | undefined> {
  const now = await planExclusion(place);
  return planned.lockedHere !== undefined && now.lockedHere !== undefined ? undefined : place;
}
