/** Which processes belong to a test: those that name its folder in their arguments or their environment. */
import { readdir, readFile } from 'node:fs/promises';

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

export async function processesNaming(folder: string): Promise<readonly FoundProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.filter((pid) => pid !== process.pid).map((pid) => look(pid, folder)));
  return found.filter((one) => one !== undefined);
}

async function look(pid: number, folder: string): Promise<FoundProcess | undefined> {
  try {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8');
    const [command, environment, status] = [await read('cmdline'), await read('environ'), await read('stat')];
    // A zombie has ended; only its parent has not yet looked.
    if (/\) [ZX] /.test(status)) return undefined;
    if (!command.includes(folder) && !environment.includes(folder)) return undefined;
    return { pid, command: command.replaceAll('\0', ' ').trim() };
  } catch {
    // It ended meanwhile, or is not ours to look into.
    return undefined;
  }
}

/** Resolves with those still there when the time is over; empty as soon as none is. */
export async function processesLeft(folder: string, withinMs: number): Promise<readonly FoundProcess[]> {
  const until = performance.now() + withinMs;
  for (;;) {
    const left = await processesNaming(folder);
    if (left.length === 0 || performance.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
