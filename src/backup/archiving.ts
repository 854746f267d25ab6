import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { Identity } from '../base/identity.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import type { ArchivePurpose } from './archive-list.ts';
import type { ArchiveRef } from './archive-names.ts';
import type { ArchiveStore, UnpublishedArchive } from './archive-store.ts';
import { captureGames } from './capture.ts';
import type { ArchiveHeader } from './format.ts';
import { manifestOf } from './manifest.ts';
import { createArchiveWriter, type Written } from './writer.ts';

/** What it takes to write an archive. */
export interface ArchivingParts {
  readonly backend: Backend;
  readonly store: ArchiveStore;
  readonly environment: string;
  readonly actor: Identity;
  readonly clock: Clock;
}

/** Which games go into which archive. */
export interface ArchiveOrder {
  readonly name: string;
  readonly archiveId: string;
  readonly pages: Iterable<readonly RecordKey[]> | AsyncIterable<readonly RecordKey[]>;
  /** False leaves the game out. */
  readonly keep: (record: GameRecord) => boolean;
  readonly includeCompleted: boolean;
  readonly purpose?: ArchivePurpose;
}

/** Written and synced, but nobody sees it before it is published. */
export interface FinishedArchive {
  readonly ref: ArchiveRef;
  readonly written: Written;
  publish(): Promise<void>;
}

/** Whatever goes wrong, nothing is left behind; only an archive whose manifest cannot be written stays, whole. */
export async function writeArchive(
  parts: ArchivingParts,
  order: ArchiveOrder,
  progress: (doneGames: number) => void,
  signal?: AbortSignal,
): Promise<FinishedArchive> {
  const { backend, store, clock } = parts;
  const archive = await store.begin(order.name);
  const write = async () => {
    const writer = createArchiveWriter(archive.file, headerOf(parts, order));
    const { pages, keep } = order;
    const { filtered, vanished } = await captureGames({ backend, writer, pages, keep, progress }, signal);
    const leftOut = { completed: order.includeCompleted ? 0 : filtered, vanished };
    return writer.finish({ endedAtMs: clock.now(), leftOut });
  };
  const written = await orDiscard(archive, write());
  return {
    ref: archive.ref,
    written,
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
  { archiveId, includeCompleted, purpose }: ArchiveOrder,
): ArchiveHeader {
  return {
    archiveId,
    codec: 'zstd',
    cipher: 'none',
    environment,
    source: backend.location,
    createdBy: `${actor.user}@${actor.host}`,
    startedAtMs: clock.now(),
    consistency: 'fuzzy-scan',
    filter: { includeCompleted },
    ...(purpose ? { purpose } : {}),
  };
}
