/**
 * Backups, restores and retirements of one storage exclude one another: a backup that is made while a restore writes would be
 * neither what was before nor what is after it. Whatever name it is reached by, so the lock is in the storage itself; where
 * a backup may not write there, runs of this machine, user and environment alone exclude one another.
 */
import type { LockPlace } from '../action/storage-lock.ts';
import { asFault, type FaultCode } from '../base/fault.ts';

export const targetLock = (target: string): string => `The archiving or restoring of games in ${target}`;

/** A part of what is planned. */
export interface Exclusion {
  /** Why the storage cannot hold the lock; left out where it does. */
  readonly lockedHere?: string;
}

/** What waiting does not change, and what does not keep anybody from reading. */
const unwritable: readonly FaultCode[] = [
  'read-only',
  'backend-denied',
  'backend-missing',
  'backend-failed',
  'unsupported',
];

/** Asks for a change of nothing: it is refused where one would be. */
export async function planExclusion(place: LockPlace, signal?: AbortSignal): Promise<Exclusion> {
  try {
    await place.changeLock({ from: 'nobody', to: undefined, leaseMs: 0 }, signal);
    return {};
  } catch (thrown) {
    const { code, message } = asFault(thrown);
    if (unwritable.includes(code)) return { lockedHere: message };
    throw thrown;
  }
}

export const exclusionUnverified = ({ lockedHere }: Exclusion): string[] =>
  lockedHere === undefined
    ? []
    : [
        `Whether another user, environment or machine backs up or restores these games meanwhile: ${lockedHere}`,
      ];

export const lockPlaceOf = <P extends LockPlace>(place: P, { lockedHere }: Exclusion): P | undefined =>
  lockedHere === undefined ? place : undefined;
