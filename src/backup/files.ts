import { constants } from 'node:fs';
import { link, open, readdir, readFile, rename, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import { makeFolder } from '../base/make-folder.ts';
import type { Space } from './room.ts';

/** The few things archives ask of a file system, in the words that durability needs. All failures are Faults. */
export interface Files {
  /** A new file; Fault `conflict` when the path is taken. */
  create(path: string): Promise<WritableFile>;
  open(path: string): Promise<ReadableFile>;
  /** undefined when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** undefined when there is nothing. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder, undefined when there is no such folder. */
  list(folder: string): Promise<readonly string[] | undefined>;
  makeFolder(path: string): Promise<void>;
  /** Of the disk that holds the folder, or will hold it. */
  space(folder: string): Promise<Space>;
  /** Moves a file to a name that must be free; Fault `conflict` when it is not. Durable after syncFolder. */
  moveToFree(from: string, to: string): Promise<void>;
  /** Moves a file over whatever has the name. Durable after syncFolder. */
  moveOver(from: string, to: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export interface FileStat {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

export interface WritableFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once all that was written survives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface ReadableFile extends FileStat {
  /** Fewer bytes than asked for only at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Archives hold players' data: the group may read them, others may not. */
const fileMode = 0o640;
const folderMode = 0o750;

export const nodeFiles: Files = {
  async create(path) {
    const handle = await orFault(open(path, 'wx', fileMode), path);
    return {
      write: (bytes) => orFault(handle.writeFile(bytes), path),
      sync: () => orFault(handle.sync(), path),
      close: () => orFault(handle.close(), path),
    };
  },
  async open(path) {
    const handle = await orFault(open(path, 'r'), path);
    const { size, mtimeMs } = await orFault(handle.stat(), path);
    return {
      sizeBytes: size,
      mtimeMs,
      async read(position, length) {
        const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)));
        const { bytesRead } = await orFault(handle.read(buffer, 0, buffer.length, position), path);
        return buffer.subarray(0, bytesRead);
      },
      close: () => orFault(handle.close(), path),
    };
  },
  stat: (path) =>
    orAbsent(
      // A folder is no archive, whatever its name.
      stat(path).then((found) =>
        found.isFile() ? { sizeBytes: found.size, mtimeMs: found.mtimeMs } : undefined,
      ),
      path,
    ),
  readText: (path) => orAbsent(readFile(path, 'utf8'), path),
  list: (folder) => orAbsent(readdir(folder), folder),
  async makeFolder(path) {
    try {
      makeFolder(path, folderMode);
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? noPlace(path, error) : ioFault(error, path);
    }
  },
  async space(folder) {
    for (let path = resolve(folder); ; path = dirname(path)) {
      const found = await orAbsent(statfs(path), path);
      if (found) return { freeBytes: found.bavail * found.bsize, sizeBytes: found.blocks * found.bsize };
    }
  },
  async moveToFree(from, to) {
    try {
      // rename would replace an archive that somebody else has just published; a hard link refuses.
      await link(from, to);
    } catch (error) {
      if (!lacksLinks(error)) throw ioFault(error, to);
      if (await nodeFiles.stat(to)) throw taken(to, error);
      return nodeFiles.moveOver(from, to);
    }
    await orFault(unlink(from), from);
  },
  moveOver: (from, to) => orFault(rename(from, to), to),
  async syncFolder(path) {
    const handle = await orFault(open(path, constants.O_RDONLY), path);
    try {
      await orFault(handle.sync(), path);
    } finally {
      await handle.close();
    }
  },
  remove: (path) => orFault(unlink(path), path),
};

async function orFault<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw ioFault(error, path);
  }
}

async function orAbsent<T>(work: Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw ioFault(error, path);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function lacksLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '');
}

function noPlace(path: string, cause: unknown): Fault {
  return new Fault('io-failed', `The folder ${path} cannot be made: its file system takes none there`, {
    next: 'Choose another backup location',
    cause,
  });
}

function taken(path: string, cause: unknown): Fault {
  return new Fault('conflict', `${path} exists already`, { next: 'Choose another name', cause });
}

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'Check the permissions of the file and its folder',
  EPERM: 'Check the permissions of the file and its folder',
  EROFS: 'Choose a backup location that can be written',
  ENOSPC: 'Free space there or choose another backup location',
  EDQUOT: 'Free space there or choose another backup location',
};

function ioFault(error: unknown, path: string): Fault {
  const code = codeOf(error) ?? 'unknown error';
  if (code === 'EEXIST') return taken(path, error);
  if (code === 'ENOENT') {
    return new Fault('not-found', `${path} does not exist`, { next: 'Check the path', cause: error });
  }
  return new Fault('io-failed', `${path}: ${error instanceof Error ? error.message : code}`, {
    next: remedies[code] ?? 'Check the disk that holds it',
    cause: error,
  });
}
