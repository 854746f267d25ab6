/**
 * A file system in memory that a test can cut the power of. What was not synced by then (bytes of a file, names of a
 * folder) may be lost or not; disks differ, so a test asks for each way.
 */
import { dirname } from 'node:path';
import type { Files } from '../../src/backup/files.ts';
import { Fault } from '../../src/base/fault.ts';

interface FileBody {
  bytes: Buffer;
  syncedLength: number;
  mtimeMs: number;
}

/** Which unsynced changes outlive a power cut; `last` is the disk that wrote the newest name first. */
export const survivals = ['none', 'last', 'all'] as const;
export type Survival = (typeof survivals)[number];

export interface MemoryFiles extends Files {
  /** Changes so far. */
  changes(): number;
  /** Lets this many more changes happen; the one after them and all that follow fail. */
  crashAfter(changes: number): void;
  /** The disk after the machine comes back. */
  afterCrash(survival: Survival): MemoryFiles;
  bytes(path: string): Buffer;
  /** How large the disk is; it has no limit before. What is over it fails as a full disk does. */
  limit(sizeBytes: number): void;
  /** After so many more changes somebody else has filled the disk. */
  fillAfter(changes: number): void;
  put(path: string, bytes: Uint8Array, mtimeMs?: number): void;
}

export function memoryFiles(folders: Iterable<string> = []): MemoryFiles {
  const known = new Set(folders);
  let durable = new Map<string, FileBody>();
  const names = new Map<string, FileBody>();
  let changes = 0;
  let left = Number.POSITIVE_INFINITY;
  // When virtual clocks begin; disks tell parts of milliseconds too.
  let time = Date.UTC(2026, 10, 23, 3) + 0.25;
  let sizeBytes = 2 ** 50;
  let fillsIn = Number.POSITIVE_INFINITY;
  const freeBytes = () => {
    const bodies = [...new Set([...names.values()])];
    return sizeBytes - bodies.reduce((sum, { bytes }) => sum + bytes.length, 0);
  };

  const change = async () => {
    await Promise.resolve();
    changes++;
    if (--fillsIn < 0) sizeBytes = 0;
    if (--left < 0) throw new Fault('io-failed', 'The power is cut');
  };
  const bodyAt = (path: string) => {
    const body = names.get(path);
    if (!body) throw new Fault('not-found', `${path} does not exist`);
    return body;
  };
  const move = (from: string, to: string) => {
    names.set(to, bodyAt(from));
    names.delete(from);
  };

  return {
    changes: () => changes,
    crashAfter(count) {
      left = count;
    },
    afterCrash(survival) {
      const disk = memoryFiles(known);
      const unsynced = { none: [], last: [...names].slice(-1), all: [...names] }[survival];
      for (const [path, body] of survival === 'all' ? names : new Map([...durable, ...unsynced])) {
        disk.put(
          path,
          survival === 'all' ? body.bytes : body.bytes.subarray(0, body.syncedLength),
          body.mtimeMs,
        );
      }
      return disk;
    },
    bytes: (path) => bodyAt(path).bytes,
    limit(bytes) {
      sizeBytes = bytes;
    },
    fillAfter(count) {
      fillsIn = count;
    },
    space: async () => ({ freeBytes: freeBytes(), sizeBytes }),
    put(path, bytes, mtimeMs = time++) {
      known.add(dirname(path));
      time = Math.max(time, mtimeMs + 1);
      const body = { bytes: Buffer.from(bytes), syncedLength: bytes.length, mtimeMs };
      names.set(path, body);
      durable.set(path, body);
    },
    async create(path) {
      await change();
      if (names.has(path)) throw new Fault('conflict', `${path} exists already`);
      const body: FileBody = { bytes: Buffer.alloc(0), syncedLength: 0, mtimeMs: time++ };
      names.set(path, body);
      return {
        async write(bytes) {
          await change();
          if (bytes.length > freeBytes()) throw new Fault('io-failed', 'ENOSPC: no space left on device');
          body.bytes = Buffer.concat([body.bytes, bytes]);
          body.mtimeMs = time++;
        },
        async sync() {
          await change();
          body.syncedLength = body.bytes.length;
        },
        close: async () => {},
      };
    },
    async open(path) {
      const { bytes, mtimeMs } = bodyAt(path);
      return {
        sizeBytes: bytes.length,
        mtimeMs,
        read: async (position, length) => bytes.subarray(position, position + length),
        close: async () => {},
      };
    },
    async stat(path) {
      const body = names.get(path);
      return body && { sizeBytes: body.bytes.length, mtimeMs: body.mtimeMs };
    },
    readText: async (path) => names.get(path)?.bytes.toString(),
    async list(folder) {
      if (!known.has(folder)) return undefined;
      return [...names.keys()]
        .filter((path) => dirname(path) === folder)
        .map((path) => path.slice(folder.length + 1));
    },
    async makeFolder(path) {
      await change();
      known.add(path);
    },
    async moveToFree(from, to) {
      await change();
      if (names.has(to)) throw new Fault('conflict', `${to} exists already`);
      move(from, to);
    },
    async moveOver(from, to) {
      await change();
      move(from, to);
    },
    async syncFolder() {
      await change();
      durable = new Map(names);
    },
    async remove(path) {
      await change();
      bodyAt(path);
      names.delete(path);
    },
  };
}
