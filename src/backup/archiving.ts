import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { Identity } from '../base/identity.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { type Encryption, unencrypted } from './archive-file.ts';
import type { ArchiveFilter, ArchivePurpose } from './archive-list.ts';
import type { ArchiveRef } from './archive-names.ts';
import type { ArchiveStore, UnpublishedArchive } from './archive-store.ts';
import { captureGames } from './capture.ts';
import type { Codec } from './codec.ts';
import type { ArchiveHeader } from './format.ts';
import { manifestOf } from './manifest.ts';
import { createPace, unpaced } from './pace.ts';
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
  readonly pages: Iterable<readonly RecordKey[]> | AsyncIterable<readonly RecordKey[]>;
  readonly filter: ArchiveFilter;
  /** False leaves out what the filter would take. */
  readonly keep?: (record: GameRecord) => boolean;
  /** Lists games that cannot be represented, instead of refusing to make an archive without them. */
  readonly allowUnsupported?: boolean;
  /** Games that are read a second, at most; as fast as it goes when left out. */
  readonly gamesPerSecond?: number;
  readonly purpose?: ArchivePurpose;
  readonly packing?: Packing;
}

/** Written and synced, but nobody sees it before it is published. */
export interface FinishedArchive {
  readonly ref: ArchiveRef;
  readonly written: Written;
  publish(): Promise<void>;
  /** Leaves nothing of it. */
  discard(): Promise<void>;
}

/** Whatever goes wrong, nothing is left behind; only an archive whose manifest cannot be written stays, whole. */
export async function writeArchive(
  parts: ArchivingParts,
  order: ArchiveOrder,
  progress: (doneGames: number) => void,
  signal?: AbortSignal,
): Promise<FinishedArchive> {
  const { backend, store, clock } = parts;
  const { codec, encryption } = order.packing ?? parts.packing;
  const archive = await store.begin(order.name, encryption);
  const write = async () => {
    const header = { ...headerOf(parts, order), codec, ...cipherOf(encryption) };
    const writer = createArchiveWriter(archive.file, header);
    const { pages, filter, keep, allowUnsupported = false, gamesPerSecond } = order;
    const { startedAtMs } = header;
    const pace = gamesPerSecond === undefined ? unpaced : createPace(gamesPerSecond, clock);
    const capturing = { backend, writer, pages, filter, keep, allowUnsupported, startedAtMs, pace, progress };
    const captured = await captureGames(capturing, signal);
    const finished = await writer.finish({ endedAtMs: clock.now(), ...captured });
    return { ...finished, storedBytes: await archive.file.end() };
  };
  const written = await orDiscard(archive, write());
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
  { archiveId, filter, purpose }: ArchiveOrder,
): Omit<ArchiveHeader, 'codec' | 'cipher' | 'recipients'> {
  return {
    archiveId,
    environment,
    source: backend.location,
    createdBy: `${actor.user}@${actor.host}`,
    startedAtMs: clock.now(),
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
