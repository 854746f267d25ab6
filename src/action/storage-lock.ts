/**
 * One run at a time for a storage, whoever reaches it from wherever: its lock is kept beside the games. It is a lease,
 * renewed while its owner lives, so one that nobody can release any more ends by itself.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';
import * as z from 'zod';
import type { Backend } from '../backend/port.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { Fault, type FaultCode } from '../base/fault.ts';
import { type Holder, holderSchema, holderText, type Lock, lockedBy } from './lock.ts';

/** What has a lock of its own. */
export type LockPlace = Pick<Backend, 'location' | 'changeLock'>;

export interface HeldStorage extends Lock {
  /** Fires, with a Fault, once it is not sure that nobody else has the lock. */
  readonly lost: AbortSignal;
}

/** Over only well after the owner has stopped, with what it had under way. */
const leaseMs = 90_000;
const renewMs = 15_000;
const patienceMs = 25_000;
const retryMs = 1_000;

const ownerSchema = holderSchema.extend({
  /** Where the process id means something; undefined where that is not known. */
  machine: z.string().optional(),
});

/** @throws Fault `locked` that names the holder */
export async function holdStorage(
  place: LockPlace,
  key: string,
  holder: Holder,
  clock: Clock = systemClock,
): Promise<HeldStorage> {
  const own = JSON.stringify({ ...holder, machine: machineOf() });
  const change = (from: string | undefined, to: string | undefined) =>
    place.changeLock({ from, to, leaseMs });
  const letGo = () => change(own, undefined).then(() => {}, neverMind);

  try {
    let found = await change(undefined, own);
    if (found !== own && isDead(found)) found = await change(found, own);
    if (found !== own) throw lockedBy(key, ownerIn(found), holder.sinceMs);
  } catch (thrown) {
    // Its answer may have been lost. Of somebody else's this leaves everything.
    await letGo();
    throw thrown;
  }

  const ended = new AbortController();
  const lost = new AbortController();
  const renewing = renew(() => change(own, own), own, clock, ended.signal).then((loss) => {
    if (loss) lost.abort(lostLock(place, loss));
  });
  return {
    lost: lost.signal,
    async release() {
      ended.abort();
      await renewing;
      await letGo();
    },
  };
}

interface Loss {
  /** `locked` only where somebody else has it, or may have had it. */
  readonly code: FaultCode;
  readonly why: string;
}

/** Until it is ended, or can no longer; then why. */
async function renew(
  change: () => Promise<string | undefined>,
  own: string,
  clock: Clock,
  ended: AbortSignal,
): Promise<Loss | undefined> {
  let why = 'it did not answer';
  const changed = async () => {
    for (;;) {
      try {
        return { found: await change() };
      } catch (thrown) {
        why = thrown instanceof Error ? thrown.message : String(thrown);
        await clock.sleep(retryMs, ended);
      }
    }
  };
  const tooLong = () => clock.sleep(patienceMs, ended).then(() => undefined);
  try {
    for (;;) {
      await clock.sleep(renewMs, ended);
      why = 'it did not answer';
      const trying = changed();
      trying.catch(neverMind);
      const answer = await Promise.race([trying, tooLong()]);
      if (!answer) return { code: 'backend-failed', why };
      const { found } = answer;
      if (found === undefined) return { code: 'locked', why: 'nobody has it any more' };
      if (found !== own) {
        return { code: 'locked', why: `it is held by ${holderText(ownerIn(found), clock.now())}` };
      }
    }
  } catch (thrown) {
    if (ended.aborted) return undefined;
    throw thrown;
  }
}

function lostLock({ location }: LockPlace, { code, why }: Loss): Fault {
  return new Fault(code, `The lock of ${location} was lost: ${why}`, {
    next: 'Look at what was done, and make a new plan once no other run is on',
  });
}

const neverMind = () => {};

function ownerIn(text: string | undefined): z.output<typeof ownerSchema> | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

/** Known at once of this machine's processes alone; another one's lock has to end by itself. */
function isDead(text: string | undefined): boolean {
  const owner = ownerIn(text);
  if (!owner?.machine || owner.machine !== machineOf()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH';
  }
}

/** Containers may share a host's name and have the same process ids. */
function machineOf(): string | undefined {
  if (platform() !== 'linux') return undefined;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}
