import { encodedReads, scanEncoded } from '../backend/encoded-scan.ts';
import type { Backend, EncodedRead } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { asFault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { type Encryption, unencrypted } from './archive-file.ts';
import type { ArchiveFilter, ArchivePurpose, Resumed } from './archive-list.ts';
import type { ArchiveRef } from './archive-names.ts';
import type { ArchiveStore, LeftPart, UnpublishedArchive } from './archive-store.ts';
import { captureGames } from './capture.ts';
import type { Codec } from './codec.ts';
import type { ArchiveHeader } from './format.ts';
import { countGone } from './gone-games.ts';
import { manifestOf } from './manifest.ts';
import { type Keys, paced } from './pace.ts';
import type { UnfinishedArchive } from './reader.ts';
import { goOnLater, mayGoOn, resumedGames, withPart } from './unfinished.ts';
import { createArchiveWriter, type Written } from './writer.ts';

/** How the records of an archive are kept. */
export interface Packing {
  readonly codec: Codec;
  readonly encryption: Encryption;
}

/** For whom nothing else was configured. */
export const plainPacking: Packing = { codec: 'zstd', encryption: unencrypted };

/** What it takes to write an archive. */
export interface ArchivingParts {
  readonly backend: Backend;
  readonly store: ArchiveStore;
  readonly environment: string;
  readonly actor: Identity;
  readonly clock: Clock;
  /** Of archives whose order does not say otherwise. */
  readonly packing: Packing;
}

/** Which games go into which archive. */
export interface ArchiveOrder {
  readonly name: string;
  readonly archiveId: string;
  /** The games that are looked at; all there are when left out. */
  readonly pages?: Iterable<readonly RecordKey[]>;
  readonly filter: ArchiveFilter;
  /** False leaves out what the filter would take. */
  readonly keep?: (record: GameRecord) => boolean;
  /** Lists games that cannot be represented, instead of refusing to make an archive without them. */
  readonly allowUnsupported?: boolean;
  /** Games that are read a second, at most; as fast as it goes when left out. */
  readonly gamesPerSecond?: number;
  readonly purpose?: ArchivePurpose;
  readonly packing?: Packing;
  /** Goes on with it. */
  readonly resumes?: ResumedPart;
  /** What is finished when storage goes away or somebody interrupts stays, to go on with. */
  readonly resumable?: boolean;
}

export interface ResumedPart {
  readonly part: LeftPart;
  readonly startedAtMs: number;
  readonly games: number;
}

/** Written and synced, but nobody sees it before it is published. */
export interface FinishedArchive {
  readonly ref: ArchiveRef;
  readonly written: Written;
  publish(): Promise<void>;
  /** Leaves nothing of it. */
  discard(): Promise<void>;
}

/**
 * Whatever goes wrong, nothing is left behind; only an archive whose manifest cannot be written stays, whole, and what can be
 * gone on with.
 */
export async function writeArchive(
  parts: ArchivingParts,
  order: ArchiveOrder,
  progress: (doneGames: number) => void,
  signal?: AbortSignal,
): Promise<FinishedArchive> {
  const { resumes } = order;
  if (!resumes) return write(parts, order, undefined, progress, signal);
  // Opened before the archive is begun, which removes parts of long ago.
  return withPart(parts.store, resumes.part, (unfinished) =>
    write(parts, order, unfinished, progress, signal),
  );
}

async function write(
  parts: ArchivingParts,
  order: ArchiveOrder,
  unfinished: UnfinishedArchive | undefined,
  progress: (doneGames: number) => void,
  signal?: AbortSignal,
): Promise<FinishedArchive> {
  const { backend, store, clock } = parts;
  const { codec, encryption } = order.packing ?? parts.packing;
  const archive = await store.begin(order.name, encryption);
  const header = { ...headerOf(parts, order), codec, ...cipherOf(encryption) };
  const writer = createArchiveWriter(archive.file, header);
  const capture = async (games: AsyncIterable<readonly EncodedRead[]>, resumed?: () => Resumed) => {
    const { filter, keep, allowUnsupported = false } = order;
    const { startedAtMs } = header;
    const capturing = { writer, games, filter, keep, allowUnsupported, startedAtMs, progress };
    const { found, ...captured } = await captureGames(capturing, signal);
    const gone = order.pages ? 0 : await countGone(backend, found, signal);
    const meanwhile = { ...captured.meanwhile, ...(gone > 0 ? { gone } : {}) };
    const after = resumed ? { resumed: resumed() } : {};
    const finished = await writer.finish({ endedAtMs: clock.now(), ...captured, meanwhile, ...after });
    return { ...finished, storedBytes: await archive.file.end() };
  };
  const goOnOrBegin = async () => {
    const { pages, gamesPerSecond, resumes } = order;
    const rate = gamesPerSecond;
    const read = (keys: Keys) =>
      encodedReads(backend, rate === undefined ? keys : paced(keys, rate, clock, signal), signal);
    if (unfinished && resumes) {
      const { games, resumed } = resumedGames(unfinished, resumes.part.mtimeMs, backend, read, signal);
      return capture(games, resumed);
    }
    if (pages) return capture(read(pages));
    return capture(rate === undefined ? scanEncoded(backend, signal) : read(backend.scan(signal)));
  };
  const written = await goOnOrBegin().catch(async (thrown: unknown) => {
    const fault = asFault(thrown);
    const chunks = await writer.stop();
    const mayLeave = order.resumable === true && chunks > 0 && mayGoOn(fault);
    if (!mayLeave || !(await store.reopens(encryption))) {
      await archive.discard();
      throw thrown;
    }
    await archive.leave();
    throw goOnLater(fault, order.name);
  });
  return {
    ref: archive.ref,
    written,
    discard: () => archive.discard(),
    publish: () => orDiscard(archive, archive.publish(manifestOf(order.name, written))),
  };
}

async function orDiscard<T>(archive: UnpublishedArchive, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    await archive.discard();
    throw thrown;
  }
}

function headerOf(
  { backend, environment, actor, clock }: ArchivingParts,
  { archiveId, filter, purpose, resumes }: ArchiveOrder,
): Omit<ArchiveHeader, 'codec' | 'cipher' | 'recipients'> {
  return {
    archiveId,
    environment,
    source: backend.location,
    createdBy: `${actor.user}@${actor.host}`,
    startedAtMs: resumes?.startedAtMs ?? clock.now(),
    consistency: 'fuzzy-scan',
    filter,
    ...(purpose ? { purpose } : {}),
  };
}

function cipherOf(encryption: Encryption): Pick<ArchiveHeader, 'cipher' | 'recipients'> {
  if (encryption.kind === 'none') return { cipher: 'none' };
  if (encryption.kind === 'passphrase') return { cipher: 'age' };
  return { cipher: 'age', recipients: [...encryption.recipients] };
}
