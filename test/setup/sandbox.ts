import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Attached, attachSandbox } from '../../src/sandbox/attach.ts';
import type { SandboxOptions } from '../../src/sandbox/main.ts';
import { identityOf, isRunning } from '../../src/sandbox/process-identity.ts';
import { tempFolder } from './temp-folder.ts';

const program = fileURLToPath(new URL('./sandbox-process.ts', import.meta.url));

type Options = Omit<SandboxOptions, 'folder' | 'clock'>;

/** What starts the sandbox of a folder as a process of its own; it ends sooner than the real one unless told otherwise. */
export const sandboxCommand = (folder: string, options: Options = {}) => [
  process.execPath,
  program,
  folder,
  JSON.stringify({ graceMs: 300, ...options }),
];

/** All holds of the running test: a sandbox ends only once the last of them is given up. */
const held = new Set<Attached>();

/** A hold on a sandbox in a real process; given up and waited for when the test ends. */
export async function holdSandbox(folder = tempFolder(), options: Options = {}): Promise<Attached> {
  const attached = await attachSandbox({
    folder,
    command: sandboxCommand(folder, options),
    clock: systemClock,
  });
  const hasEnded = watchProcess(attached.pid);
  held.add(attached);
  onTestFinished(async () => {
    await Promise.all([...held].map((hold) => hold.release()));
    held.clear();
    await hasEnded();
  });
  return attached;
}

/** @returns what waits for the end of the process that has this id now */
export function watchProcess(pid: number): () => Promise<void> {
  const identity = identityOf(pid);
  return () => expect.poll(() => isRunning(identity), { timeout: 10_000, interval: 20 }).toBe(false);
}
