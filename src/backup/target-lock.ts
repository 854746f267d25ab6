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
  /** Why the storage does not hold the lock; left out where it does. */
  readonly lockedHere?: string;
}

/** What waiting does not change, and what does not keep anybody from reading. */
const unwritable: readonly FaultCode[] = ['read-only', 'backend-denied', 'backend-missing', 'unsupported'];

/** @throws Fault where it is refused for now only, as by a server without enough replicas */
export async function planExclusion(place: LockPlace, signal?: AbortSignal): Promise<Exclusion> {
  try {
    return await ask(place, unwritable, signal);
  } catch (thrown) {
    const { code, message, next = 'Look into its log' } = asFault(thrown);
    if (code !== 'backend-failed') throw thrown;
    throw new Fault(code, `Other runs cannot be excluded now: ${message}`, {
      next: `${next}; a backup with --read-only does without the lock`,
      cause: thrown,
    });
  }
}

/** For what frees room: it goes without the lock also while the storage fails or is away, as for want of that room. */
export const planExclusionAnyhow = (place: LockPlace, signal?: AbortSignal): Promise<Exclusion> =>
  ask(place, [...unwritable, 'backend-failed', 'backend-unreachable'], signal);

/** For a change of nothing: it is refused where one would be. */
async function ask(
  place: LockPlace,
  without: readonly FaultCode[],
  signal?: AbortSignal,
): Promise<Exclusion> {
  try {
    await place.changeLock({ from: 'nobody', to: undefined, leaseMs: 0 }, signal);
    return {};
  } catch (thrown) {
    const { code, message } = asFault(thrown);
    if (without.includes(code)) return { lockedHere: message };
    throw thrown;
  }
}

export const exclusionUnverified = ({ lockedHere }: Exclusion): string[] =>
  lockedHere === undefined
    ? []
    : [
        `Whether another user, environment or machine backs up or restores these games meanwhile: ${lockedHere}`,
      ];

export const lockPlaceOf = async (
  place: LockPlace,
  planned: Exclusion,
  signal: AbortSignal,
): Promise<LockPlace | undefined> => unlessWithout(place, planned, await planExclusion(place, signal));

export const lockPlaceAnyhow = async (
  place: LockPlace,
  planned: Exclusion,
  signal: AbortSignal,
): Promise<LockPlace | undefined> => unlessWithout(place, planned, await planExclusionAnyhow(place, signal));

/** Only a plan that has said so goes without, and only where that is still so. */
const unlessWithout = (place: LockPlace, planned: Exclusion, now: Exclusion): LockPlace | undefined =>
  planned.lockedHere !== undefined && now.lockedHere !== undefined ? undefined : place;
