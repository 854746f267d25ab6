import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tryLock } from '../action/lock.ts';
import { Fault } from '../base/fault.ts';
import { sandboxPaths } from './paths.ts';

/** Deletes the sandbox's games, flags and log. @throws Fault `locked` while it runs */
export async function resetSandbox(folder: string): Promise<void> {
  const { lock: lockFile } = sandboxPaths(folder);
  const lock = await tryLock(lockFile);
  if (!lock) {
    throw new Fault('locked', 'The sandbox is running', {
      next: 'Quit all consoles on the sandbox, wait two seconds and try again',
      retryable: true,
    });
  }
  try {
    const kept = basename(lockFile);
    const others = (await readdir(folder)).filter((name) => !name.startsWith(kept));
    for (const name of others) await rm(join(folder, name), { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}
