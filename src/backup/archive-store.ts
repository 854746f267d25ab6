import { resolve } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { type RandomHex, randomHex } from '../base/ids.ts';
import { namesOf } from '../game/record-words.ts';
import type { ArchiveListing, ArchiveRow, Manifest } from './archive-list.ts';
import {
  type ArchiveRef,
  archiveRef,
  archiveSuffix,
  manifestSuffix,
  parseArchiveName,
  refOfPath,
} from './archive-names.ts';
import { readRow } from './archive-row.ts';
import { type Files, nodeFiles, type ReadableFile, type WritableFile } from './files.ts';
import { createFolderShelf } from './folder-shelf.ts';
import type { Shelf } from './shelf.ts';
import type { VerifiedMark } from './verified.ts';

/** A folder of archives. An archive is there whole or not at all, whenever a writer dies. */
export interface ArchiveStore {
  readonly location: string;
  /** Fault `not-found` when the folder does not exist: no folder is not the same as no archives. */
  list(signal?: AbortSignal): Promise<ArchiveListing>;
  /** A name here, or a path anywhere (it has a slash). Fault `not-found` names the newest that exist. */
  resolve(archive: string): Promise<ArchiveRef>;
  row(ref: ArchiveRef): Promise<ArchiveRow>;
  /** The name itself, or with the first number that makes it free. */
  freeName(name: string): Promise<string>;
  open(ref: ArchiveRef): Promise<ReadableFile>;
  begin(name: string): Promise<UnpublishedArchive>;
  putManifest(ref: ArchiveRef, manifest: Manifest): Promise<void>;
  markVerified(ref: ArchiveRef, mark: VerifiedMark): Promise<void>;
  /**
   * Its manifest goes first: one that was interrupted leaves an archive without a manifest, never a manifest of bytes
   * that are gone. What is missing already is no fault.
   */
  remove(ref: ArchiveRef): Promise<void>;
}

export interface UnpublishedArchive {
  readonly ref: ArchiveRef;
  readonly file: WritableFile;
  /** The synced file gets its name, then its manifest. Fault `conflict` when the name was taken meanwhile. */
  publish(manifest: Manifest): Promise<void>;
  /** Removes what was written; never rejects. */
  discard(): Promise<void>;
}

interface StoreParts {
  readonly files?: Files;
  readonly random?: RandomHex;
  /** Ages the parts that killed writers left. */
  readonly clock?: Clock;
}

export function createArchiveStore(
  location: string,
  { files = nodeFiles, random = randomHex, clock = systemClock }: StoreParts = {},
): ArchiveStore {
  const shelf = createFolderShelf({ files, random, clock });

  const store: ArchiveStore = {
    location,
    async list(signal) {
      const names = archiveNames(await listLocation(shelf, location, signal));
      signal?.throwIfAborted();
      const rows = await Promise.all(names.map((name) => readRow(shelf, archiveRef(location, name))));
      rows.sort((a, b) => b.atMs - a.atMs || (a.row.name < b.row.name ? 1 : -1));
      return { location, archives: rows.map(({ row }) => row) };
    },
    async resolve(archive) {
      const isPath = /[/\\]/.test(archive);
      const ref = isPath
        ? refOfPath(resolve(archive))
        : archiveRef(location, parseArchiveName(archive.replace(/\.gka$/, '')));
      if (await shelf.stat(ref.path)) return ref;
      throw unknownArchive(archive, isPath ? [] : (await store.list()).archives);
    },
    row: async (ref) => (await readRow(shelf, ref)).row,
    async freeName(name) {
      const wanted = parseArchiveName(name);
      const taken = new Set(archiveNames((await shelf.list(location)) ?? []));
      for (let number = 1; ; number++) {
        const candidate = number === 1 ? wanted : `${wanted}-${number}`;
        if (!taken.has(candidate)) return candidate;
      }
    },
    open: (ref) => shelf.open(ref.path),
    async begin(name) {
      const ref = archiveRef(location, parseArchiveName(name));
      const unpublished = await shelf.begin(ref.path);
      return {
        ref,
        file: unpublished.file,
        async publish(manifest) {
          await unpublished.publish();
          await store.putManifest(ref, manifest);
        },
        discard: unpublished.discard,
      };
    },
    putManifest: (ref, manifest) =>
      shelf.putText(ref.manifestPath, `${JSON.stringify(manifest, undefined, 2)}\n`),
    markVerified: (ref, mark) => shelf.putText(ref.verifiedPath, `${JSON.stringify(mark)}\n`),
    async remove({ path, manifestPath, verifiedPath }) {
      for (const each of [manifestPath, verifiedPath, path]) await shelf.remove(each);
    },
  };
  return store;
}

/** Names with an archive, or with the manifest of one that is gone. */
function archiveNames(entries: readonly string[]): string[] {
  const names = [archiveSuffix, manifestSuffix].flatMap((suffix) =>
    entries.filter((entry) => entry.endsWith(suffix)).map((entry) => entry.slice(0, -suffix.length)),
  );
  return [...new Set(names)];
}

async function listLocation(
  shelf: Shelf,
  location: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const entries = await shelf.list(location, signal);
  if (entries) return entries;
  throw new Fault('not-found', `The backup location ${location} does not exist yet`, {
    next: 'Take a first backup, which makes it; or mount it, or correct STATE_BACKUP_LOCATION',
  });
}

function unknownArchive(archive: string, existing: readonly ArchiveRow[]): Fault {
  return new Fault('not-found', `There is no archive ${archive}`, {
    next:
      existing.length > 0
        ? `Use one of: ${namesOf(existing.map(({ name }) => name))}`
        : 'Run: gamekeeper backup list',
  });
}
