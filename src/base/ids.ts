import { randomBytes } from 'node:crypto';
import { Fault } from './fault.ts';

export type PlanId = string & { readonly __id: 'plan' };
export type RunId = string & { readonly __id: 'run' };

/** Bytes of randomness as lower-case hex; injected so that tests can name what they make. */
export type RandomHex = (bytes: number) => string;

export const randomHex: RandomHex = (bytes) => {
  if (bytes > poolBytes) return randomBytes(bytes).toString('hex');
  if (pool.length < bytes) pool = randomBytes(poolBytes);
  const taken = pool.toString('hex', 0, bytes);
  pool = pool.subarray(bytes);
  return taken;
};

/** Drawn at once: every transition takes some, and asking the system each time costs as much as hashing a state. */
const poolBytes = 1024;
let pool: Buffer = Buffer.alloc(0);

const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

/** `20261123T125400Z-3fa9c1`: sorts by time and is safe as a file name. */
function timedId(atMs: number, random: RandomHex): string {
  const stamp = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${stamp}-${random(3)}`;
}

export const newPlanId = (atMs: number, random: RandomHex = randomHex) => timedId(atMs, random) as PlanId;
export const newRunId = (atMs: number, random: RandomHex = randomHex) => timedId(atMs, random) as RunId;

export function parsePlanId(text: string): PlanId {
  if (!idPattern.test(text)) {
    throw new Fault('wrong-use', `"${text}" is not a plan id`, {
      next: 'Use the id that --dry-run printed, like 20261123T125400Z-3fa9c1',
    });
  }
  return text as PlanId;
}
