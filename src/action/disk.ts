import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../base/fault.ts';
import { makeFolder } from '../base/make-folder.ts';

/**
 * The writes that plans, journals, audit and reports are made of. Each is on the disk, file and folder, when it
 * resolves. A port, so that tests can stop a run at every single one.
 *
 * Files get mode 0660 and folders 0770 less the umask: a bastion shares them in a group by umask 002, and others
 * never read them.
 */
export interface Disk {
  append(path: string, text: string): Promise<void>;
  /** The whole new text or the old one, never between. @param text or its pieces */
  replace(path: string, text: Iterable<string>): Promise<void>;
  /** Creates the file; false when it exists, which only one of several callers is told otherwise. */
  claim(path: string, text: string): Promise<boolean>;
}

const fileMode = 0o660;

export const disk: Disk = {
  append: (path, text) =>
    writing(path, async () => {
      await flushed(path, 'a', text);
      await flushFolder(path);
    }),

  replace: (path, text) =>
    writing(path, async () => {
      const part = `${path}.${process.pid}.part`;
      try {
        await flushed(part, 'w', text);
        await rename(part, path);
      } catch (thrown) {
        await rm(part, { force: true });
        throw thrown;
      }
      await flushFolder(path);
    }),

  claim: (path, text) =>
    writing(path, async () => {
      try {
        await flushed(path, 'wx', text);
      } catch (thrown) {
        if (errnoOf(thrown) === 'EEXIST') return false;
        throw thrown;
      }
      await flushFolder(path);
      return true;
    }),
};

/** The system's code of a failed call, like `ENOENT`. */
export function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

export const makeStateFolder = (path: string) => makeFolder(path, 0o770);

export function cannot(verb: 'read' | 'write', path: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault('io-failed', `Cannot ${verb} ${path}: ${why}`, {
    next: `Check the permissions of ${dirname(path)} and the free space there, or set GAMEKEEPER_STATE_DIR`,
    cause,
  });
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    makeStateFolder(dirname(path));
    return await write();
  } catch (thrown) {
    throw cannot('write', path, thrown);
  }
}

async function flushed(path: string, flags: 'a' | 'w' | 'wx', text: Iterable<string>): Promise<void> {
  const file = await open(path, flags, fileMode);
  try {
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
