import { resolve } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { type RandomHex, randomHex } from '../base/ids.ts';
import { once } from '../base/once.ts';
import { isS3Url } from '../base/s3-url.ts';
import { namesOf } from '../game/record-words.ts';
import type { ArchiveFile, Encryption, UnendedFile } from './archive-file.ts';
import { type ArchiveKeys, createArchiveKeys } from './archive-keys.ts';
import type { ArchiveListing, ArchiveRow, Manifest } from './archive-list.ts';
import {
  type ArchiveRef,
  archiveOfPart,
  archiveRef,
  archiveSuffix,
  manifestSuffix,
  parseArchiveName,
  refOfPath,
  within,
} from './archive-names.ts';
import { readManifest, readRow } from './archive-row.ts';
import { type Files, nodeFiles, type ReadableFile } from './files.ts';
import { createFolderShelf } from './folder-shelf.ts';
import { boundedFile, type Room } from './room.ts';
import type { S3Settings } from './s3-client.ts';
import type { Shelf } from './shelf.ts';
import { joinShelves } from './shelves.ts';
import { markText, type Pass } from './verified.ts';

/** Archives in a folder or in object storage. An archive is there whole or not at all, whenever a writer dies. */
export interface ArchiveStore {
  readonly location: string;
  /** Fault `not-found` when the folder should exist and does not: no folder is not the same as no archives. */
  list(signal?: AbortSignal): Promise<ArchiveListing>;
  /** A name here, or a path or address anywhere (it has a slash). Fault `not-found` names the newest that exist. */
  resolve(archive: string): Promise<ArchiveRef>;
  row(ref: ArchiveRef): Promise<ArchiveRow>;
  /** As it is, also where it is not the one that was validated; to hold it against the archive. */
  manifest(ref: ArchiveRef): Promise<Manifest | Fault>;
  /** The name itself, or with the first number that makes it free. */
  freeName(name: string): Promise<string>;
  /** Decrypted where need be. Fault `cannot-decrypt` without the key, `integrity` when it was changed. */
  open(ref: ArchiveRef): Promise<ArchiveFile>;
  /** Makes sure that archives can be written so; may ask for a passphrase. Fault `wrong-use` when they cannot. */
  ready(encryption: Encryption): Promise<void>;
  /** For one more archive. */
  room(): Promise<Room>;
  begin(name: string, encryption: Encryption): Promise<UnpublishedArchive>;
  unfinished(): Promise<readonly LeftPart[]>;
  /** Faults as `open`. */
  openPart(part: LeftPart): Promise<ReadableFile>;
  /** Whether an archive that is written so could be opened here later. */
  reopens(encryption: Encryption): Promise<boolean>;
  /** Unless somebody writes it; never rejects, since a part that stays does no harm. */
  removePart(part: LeftPart): Promise<void>;
  putManifest(ref: ArchiveRef, manifest: Manifest): Promise<void>;
  markPassed(ref: ArchiveRef, pass: Pass): Promise<void>;
  /** Of the bytes that are there now. */
  markFailed(ref: ArchiveRef, atMs: number): Promise<void>;
  /**
   * Its manifest goes first: one that was interrupted leaves an archive without a manifest, never a manifest of bytes
   * that are gone. What is missing already is no fault.
   */
  remove(ref: ArchiveRef): Promise<void>;
}

/** What an interrupted writer of an archive has left. */
export interface LeftPart {
  /** Of the archive that it was to become. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

export interface UnpublishedArchive {
  readonly ref: ArchiveRef;
  readonly file: UnendedFile;
  /** The ended file gets its name, then its manifest. Fault `conflict` when the name was taken meanwhile. */
  publish(manifest: Manifest): Promise<void>;
  /** Removes what was written; never rejects. */
  discard(): Promise<void>;
  /** Keeps it to go on with where the place can; never rejects. */
  leave(): Promise<void>;
}

interface StoreParts {
  readonly files?: Files;
  readonly random?: RandomHex;
  /** Ages the parts that killed writers left. */
  readonly clock?: Clock;
  readonly keys?: ArchiveKeys;
  /** For archives at addresses like `s3://bucket/prefix`. */
  readonly s3?: Partial<S3Settings>;
  /** No archive becomes larger; as large as there is room for when left out. */
  readonly maxBytes?: number;
  /** The first archive makes the location: before it there are none. */
  readonly isMade?: boolean;
}

export function createArchiveStore(
  location: string,
  {
    files = nodeFiles,
    random = randomHex,
    clock = systemClock,
    keys = createArchiveKeys(),
    s3 = {},
    maxBytes,
    isMade = false,
  }: StoreParts = {},
): ArchiveStore {
  const objects = once(async () => {
    const { createS3Shelf } = await import('./s3-shelf.ts');
    return createS3Shelf({ settings: s3, random, clock });
  });
  const shelf = joinShelves(createFolderShelf({ files, random, clock }), objects);

  const space = () => shelf.space(location);

  const store: ArchiveStore = {
    location,
    room: async () => ({ maxBytes, space: await space() }),
    async list(signal) {
      const names = archiveNames(await listLocation(shelf, location, isMade, signal));
      signal?.throwIfAborted();
      const rows = await Promise.all(names.map((name) => readRow(shelf, archiveRef(location, name))));
      rows.sort((a, b) => b.atMs - a.atMs || (a.row.name < b.row.name ? 1 : -1));
      return { location, archives: rows.map(({ row }) => row) };
    },
    async resolve(archive) {
      const isPath = /[/\\]/.test(archive);
      const ref = isPath
        ? refOfPath(isS3Url(archive) ? archive : resolve(archive))
        : archiveRef(location, parseArchiveName(archive.replace(/\.gka$/, '')));
      if (await shelf.stat(ref.path)) return ref;
      throw unknownArchive(archive, isPath ? [] : (await store.list()).archives);
    },
    row: async (ref) => (await readRow(shelf, ref)).row,
    manifest: async (ref) => readManifest(shelf, ref, await shelf.stat(ref.path)),
    async freeName(name) {
      const wanted = parseArchiveName(name);
      const taken = new Set(archiveNames((await shelf.list(location)) ?? []));
      for (let number = 1; ; number++) {
        const candidate = number === 1 ? wanted : `${wanted}-${number}`;
        if (!taken.has(candidate)) return candidate;
      }
    },
    async open(ref) {
      const file = await shelf.open(ref.path);
      return orClose(file, keys.open(file, ref.name));
    },
    ready: keys.ready,
    async begin(name, encryption) {
      const ref = archiveRef(location, parseArchiveName(name));
      const seal = await keys.sealer(encryption);
      const unpublished = await shelf.begin(ref.path);
      const file = seal(boundedFile(unpublished.file, { location, maxBytes, space }));
      return {
        ref,
        file,
        async publish(manifest) {
          await unpublished.publish();
          await store.putManifest(ref, manifest);
        },
        discard: unpublished.discard,
        async leave() {
          // What is encrypted keeps its last bytes back until then.
          await file.end().catch(() => {});
          await unpublished.leave();
        },
      };
    },
    async unfinished() {
      const parts: LeftPart[] = [];
      for (const entry of (await shelf.list(location)) ?? []) {
        const name = archiveOfPart(entry);
        const path = within(location, entry);
        const stat = name === undefined ? undefined : await shelf.stat(path);
        if (name !== undefined && stat) parts.push({ name, path, ...stat });
      }
      return parts;
    },
    async openPart({ path, name }) {
      const file = await shelf.open(path);
      return orClose(file, keys.openPart(file, name));
    },
    reopens: async (encryption) =>
      encryption.kind === 'none' || (await keys.opens(encryption).catch(() => false)),
    async removePart({ path, sizeBytes, mtimeMs }) {
      const stat = await shelf.stat(path).catch(() => undefined);
      if (stat?.sizeBytes !== sizeBytes || stat.mtimeMs !== mtimeMs) return;
      await shelf.remove(path).catch(() => {});
    },
    putManifest: (ref, manifest) =>
      shelf.putText(ref.manifestPath, `${JSON.stringify(manifest, undefined, 2)}\n`),
    markPassed: ({ verifiedPath }, pass) =>
      shelf.putText(verifiedPath, markText({ version: 2, verdict: 'passed', ...pass })),
    async markFailed({ path, verifiedPath }, atMs) {
      const stat = await shelf.stat(path);
      if (!stat) return;
      const { mtimeMs } = stat;
      await shelf.putText(verifiedPath, markText({ version: 2, verdict: 'failed', mtimeMs, atMs }));
    },
    async remove({ path, manifestPath, verifiedPath }) {
      for (const each of [manifestPath, verifiedPath, path]) await shelf.remove(each);
    },
  };
  return store;
}

async function orClose<T>(file: ReadableFile, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
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
  isMade: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const entries = (await shelf.list(location, signal)) ?? (isMade ? [] : undefined);
  if (entries) return entries;
  throw new Fault('not-found', `The backup location ${location} does not exist yet`, {
    next: 'Take a first backup, which makes it; or mount it, or correct STATE_BACKUP_LOCATION',
  });
}

function unknownArchive(archive: string, existing: readonly ArchiveRow[]): Fault {
  const isFileName = archive.endsWith(archiveSuffix) && !/[/\\]/.test(archive);
  const path = isFileName ? `Name a file of this folder by its path: ./${archive}. ` : '';
  const others =
    existing.length > 0
      ? `Use one of: ${namesOf(existing.map(({ name }) => name))}`
      : 'Run: gamekeeper backup list';
  return new Fault('not-found', `There is no archive ${archive}`, { next: path + others });
}
