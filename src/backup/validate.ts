import { ByteSet } from '../base/byte-set.ts';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { Layout, RecordKey } from '../game/record.ts';
import { gameLabel, keyBytes } from '../game/record-words.ts';
import type { ArchiveFile } from './archive-file.ts';
import type { Validation } from './archive-list.ts';
import { type ArchiveRef, archiveRef } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import type { ReadableFile } from './files.ts';
import { beginsAsArchive, chunkPrefixBytes, headerPrefixBytes } from './format.ts';
import { contradictions, manifestDigest, manifestOf, mendManifest } from './manifest.ts';
import { type Archive, type ArchivedRecord, openArchive, readChunks } from './reader.ts';

/** Bytes of the archive. */
export type ValidationProgress = (done: number, total: number) => void;

export interface CheckedArchive {
  readonly validation: Validation;
  /** undefined when not even the table of chunks can be trusted. */
  readonly archive: Archive | undefined;
}

/** As it is stored: `sizeBytes` is what can be read. */
export interface StoredArchive extends Archive, Pick<ArchiveFile, 'storedBytes' | 'cipher'> {}

interface CheckOptions {
  readonly progress?: ValidationProgress;
  /** Told of every game that could be read, also in an archive that turns out damaged. */
  readonly onRecord?: (archived: ArchivedRecord) => void;
}

/**
 * Validates by name or path, to the last byte of each game, and remembers beside the archive how that ended; a missing
 * manifest is written anew.
 *
 * @throws Fault `not-found`, `cannot-decrypt` without its key, `unsupported` when a newer gamekeeper made it or its manifest,
 *   or `io-failed` when the disk (not the archive) is at fault
 */
export async function validateArchive(
  store: ArchiveStore,
  archive: string,
  clock: Clock,
  progress?: ValidationProgress,
  signal?: AbortSignal,
): Promise<Validation> {
  const ref = await store.resolve(archive);
  const { validation, archive: read } = await checkStored(store, ref, progress ? { progress } : {}, signal);
  if (!validation.ok) await rememberFailure(store, ref, clock.now());
  else if (read) await remember(() => markPassed(store, ref, read, clock.now()));
  return validation;
}

/**
 * Whether every stored byte is one that was written: header, table of chunks, chunks. Nothing is decompressed and no
 * game decoded, so only a failure is remembered.
 *
 * @throws as validateArchive
 */
export async function validateStructure(
  store: ArchiveStore,
  archive: string,
  clock: Clock,
  progress?: ValidationProgress,
  signal?: AbortSignal,
): Promise<Validation> {
  const ref = await store.resolve(archive);
  const check = (file: ArchiveFile) => checkStructure(file, ref.name, progress, signal);
  const { validation } = await checkWith(store, ref, check);
  if (!validation.ok) await rememberFailure(store, ref, clock.now());
  return validation;
}

/** As validateArchive, but writes nothing. */
export const checkStored = (
  store: ArchiveStore,
  ref: ArchiveRef,
  options: CheckOptions = {},
  signal?: AbortSignal,
) => checkWith(store, ref, (file) => checkArchive(file, ref.name, options, signal));

async function checkWith(
  store: ArchiveStore,
  ref: ArchiveRef,
  check: (file: ArchiveFile) => Promise<CheckedArchive>,
): Promise<{ readonly validation: Validation; readonly archive: StoredArchive | undefined }> {
  const file = await store.open(ref).catch((thrown: unknown) => findingOf(thrown));
  if (file instanceof Fault) return foundDamaged(ref.name, file);
  try {
    const { validation, archive } = await check(file);
    const { storedBytes, cipher } = file;
    const stored = archive && { ...archive, storedBytes, cipher };
    if (!stored || !validation.ok) return { validation, archive: stored };
    const beside = await manifestProblems(store, ref, stored);
    return { validation: { ...validation, ok: beside.problems.length === 0, ...beside }, archive: stored };
  } finally {
    await file.close();
  }
}

/** Reads every byte and decodes every game. */
export async function checkArchive(
  file: ReadableFile,
  name: string,
  { progress, onRecord }: CheckOptions = {},
  signal?: AbortSignal,
): Promise<CheckedArchive> {
  const archive = await openArchive(file).catch((thrown: unknown) => findingOf(thrown));
  if (archive instanceof Fault) return foundDamaged(name, archive);
  const problems: string[] = [];
  const tally = createTally();
  let bytesRead = archive.sizeBytes - chunkBytesOf(archive);
  let index = 0;
  for await (const chunk of readChunks(archive, signal)) {
    if (chunk.kind === 'damaged') problems.push(chunk.fault.message);
    else {
      for (const archived of chunk.records) {
        if (!tally.add(archived.encoded)) problems.push(`${gameLabel(archived.encoded)} is in it twice`);
        onRecord?.(archived);
      }
    }
    bytesRead += chunkPrefixBytes + (archive.chunks[index++]?.storedBytes ?? 0);
    progress?.(bytesRead, archive.sizeBytes);
  }
  // With a damaged chunk the counts differ for a reason that is named already.
  if (problems.length === 0) problems.push(...tally.differences(archive));
  return {
    validation: { name, ok: problems.length === 0, games: tally.games(), bytesRead, problems },
    archive,
  };
}

async function checkStructure(
  file: ReadableFile,
  name: string,
  progress?: ValidationProgress,
  signal?: AbortSignal,
): Promise<CheckedArchive> {
  const archive = await openArchive(file).catch((thrown: unknown) => findingOf(thrown));
  if (archive instanceof Fault) return foundDamaged(name, archive);
  const problems: string[] = [];
  let bytesRead = archive.sizeBytes - chunkBytesOf(archive);
  for (const [index, { storedBytes }] of archive.chunks.entries()) {
    signal?.throwIfAborted();
    const finding = await archive.checkChunk(index).catch((thrown: unknown) => findingOf(thrown));
    if (finding) problems.push(finding.message);
    bytesRead += chunkPrefixBytes + storedBytes;
    progress?.(bytesRead, archive.sizeBytes);
  }
  const { games } = archive.totals;
  return { validation: { name, ok: problems.length === 0, games, bytesRead, problems }, archive };
}

async function markPassed(
  store: ArchiveStore,
  ref: ArchiveRef,
  archive: StoredArchive,
  atMs: number,
): Promise<void> {
  const manifest = manifestOf(ref.name, archive);
  if ((await store.manifest(ref)) instanceof Fault) await store.putManifest(ref, manifest);
  await store.markPassed(ref, { manifest: manifestDigest(manifest), mtimeMs: archive.mtimeMs, atMs });
}

/** Nothing is written beside a file that somebody named by mistake. */
async function rememberFailure(store: ArchiveStore, ref: ArchiveRef, atMs: number): Promise<void> {
  const isListed = ref.path === archiveRef(store.location, ref.name).path;
  if (isListed || (await isArchive(store, ref))) await remember(() => store.markFailed(ref, atMs));
}

async function isArchive(store: ArchiveStore, ref: ArchiveRef): Promise<boolean> {
  const file = await store.open(ref).catch((thrown: unknown) => findingOf(thrown));
  if (file instanceof Fault) return false;
  try {
    return beginsAsArchive(await file.read(0, headerPrefixBytes));
  } finally {
    await file.close();
  }
}

/** A place that is read-only can be validated all the same; it just cannot remember. */
async function remember(marking: () => Promise<void>): Promise<void> {
  try {
    await marking();
  } catch (thrown) {
    if (asFault(thrown).code !== 'io-failed') throw thrown;
  }
}

type Mendable = Pick<Validation, 'problems' | 'mend'>;
const noProblems: Mendable = { problems: [] };

/** A manifest that is there must be that of this archive, word for word: lists and `backup prune` go by it. */
async function manifestProblems(
  store: ArchiveStore,
  ref: ArchiveRef,
  archive: StoredArchive,
): Promise<Mendable> {
  const manifest = await store.manifest(ref);
  if (manifest instanceof Fault) {
    if (manifest.code === 'not-found') return noProblems;
    return { problems: [findingOf(manifest).message], mend: mendManifest };
  }
  const problems = contradictions(manifest, archive);
  return problems.length === 0 ? noProblems : { problems, mend: mendManifest };
}

/** Not even its table of chunks can be read. */
function foundDamaged(name: string, { message }: Fault) {
  return { validation: { name, ok: false, games: 0, bytesRead: 0, problems: [message] }, archive: undefined };
}

function findingOf(thrown: unknown): Fault {
  const fault = asFault(thrown, 'io-failed');
  if (fault.code === 'integrity') return fault;
  throw fault;
}

function chunkBytesOf({ chunks }: Archive): number {
  return chunks.reduce((sum, { storedBytes }) => sum + chunkPrefixBytes + storedBytes, 0);
}

function createTally() {
  const seen = new ByteSet();
  const byLayout: Record<Layout, number> = { current: 0, legacy: 0 };
  return {
    games: () => byLayout.current + byLayout.legacy,
    /** False when this game came before. */
    add(key: RecordKey): boolean {
      byLayout[key.layout]++;
      return seen.add(keyBytes(key));
    },
    differences({ totals, chunks }: Archive): string[] {
      const raw = chunks.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
      const pairs: readonly (readonly [string, number, number])[] = [
        ['games', totals.games, byLayout.current + byLayout.legacy],
        ['games in the current layout', totals.gamesByLayout.current, byLayout.current],
        ['games in the legacy layout', totals.gamesByLayout.legacy, byLayout.legacy],
        ['raw bytes', totals.rawBytes, raw],
      ];
      return pairs
        .filter(([, said, found]) => said !== found)
        .map(([what, said, found]) => `It says ${said} ${what} and holds ${found}`);
    },
  };
}
