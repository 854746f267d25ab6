/** Tells a process from a later one with the same id. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** In the kernel's ticks since boot; undefined where there is no /proc. */
  readonly startTime?: string | undefined;
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, startTime: statOf(pid)?.startTime });

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const stat = statOf(pid);
  // A zombie has ended and waits for its parent.
  return stat === undefined || (stat.state !== 'Z' && stat.startTime === startTime);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

function statOf(pid: number): { state: string; startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; after it come the fields from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    return state && startTime ? { state, startTime } : undefined;
  } catch {
    return undefined;
  }
}
