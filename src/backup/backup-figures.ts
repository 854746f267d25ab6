import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { BackupFigures, WholeBackup } from '../metrics/backup-figures.ts';
import type { ArchiveListing, ArchiveRow } from './archive-list.ts';
import { createArchiveStore } from './archive-store.ts';
import { isWhole, listedOf } from './protection.ts';

/** One look at the archives. */
export interface BackupsLook {
  readonly listing: ArchiveListing;
  readonly figures: BackupFigures;
}

interface Known {
  readonly atMs: number;
  /** Archives of other environments and storages may lie beside. */
  readonly environment: string;
  /** The storage's location. */
  readonly source: string;
  /** When runs ended that made no backup; undefined when nobody keeps count. */
  readonly failedAtMs?: readonly number[] | undefined;
}

/** Only what would bring back every game of this storage says how far back it can be brought. */
export function backupFigures({ archives }: ArchiveListing, known: Known): BackupFigures {
  const { atMs, failedAtMs } = known;
  const whole = archives.flatMap((row) => wholeBackup(row, known)).sort(newestFirst);
  const [newest] = whole;
  const verified = whole.find((backup) => backup.verifiedAtMs !== undefined);
  const since = verified?.endedAtMs ?? Number.NEGATIVE_INFINITY;
  return {
    atMs,
    ...(newest ? { newest: withoutMark(newest) } : {}),
    ...(verified?.verifiedAtMs === undefined
      ? {}
      : { verified: { ...withoutMark(verified), verifiedAtMs: verified.verifiedAtMs } }),
    ...(failedAtMs ? { failures: failedAtMs.filter((ended) => ended > since).length } : {}),
  };
}

interface ArchivesToRead {
  /** A folder, or `s3://bucket/prefix`. */
  readonly location: string;
  /** Of an S3 that is not AWS's. */
  readonly endpoint?: string;
  /** As gamekeeper's ENVIRONMENT, which its archives name. */
  readonly environment: string;
  /** Of which storage: `location` of a backend that is opened by the same address as gamekeeper's. */
  readonly source: string;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The figures of the archives there, as a game server exports them: `gauges.backups` of `createExporter`.
 *
 * @throws Fault `not-found` when the folder or the bucket does not exist
 */
export async function readBackupFigures(
  { location, endpoint, environment, source, clock }: ArchivesToRead,
  signal?: AbortSignal,
): Promise<BackupFigures> {
  const listing = await createArchiveStore(location, { s3: { endpoint } }).list(signal);
  return backupFigures(listing, { atMs: clock.now(), environment, source });
}

type MaybeVerified = WholeBackup & Pick<ArchiveRow, 'verifiedAtMs'>;

function wholeBackup(row: ArchiveRow, { atMs, environment, source }: Known): MaybeVerified[] {
  const { name, manifest, verifiedAtMs } = row;
  if (manifest instanceof Fault || !isWhole(listedOf(row, manifest), atMs)) return [];
  if (manifest.environment !== environment || manifest.source !== source) return [];
  const { startedAtMs, endedAtMs, games, rawBytes, storedBytes } = manifest;
  return [{ name, startedAtMs, endedAtMs, games, rawBytes, storedBytes, verifiedAtMs }];
}

const newestFirst = (one: WholeBackup, other: WholeBackup) => other.startedAtMs - one.startedAtMs;

function withoutMark({ verifiedAtMs: _, ...backup }: MaybeVerified): WholeBackup {
  return backup;
}
