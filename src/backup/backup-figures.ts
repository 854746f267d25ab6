import type { Clock } from '../base/clock.ts';
import type { BackupFigures, WholeBackup } from '../metrics/backup-figures.ts';
import type { ArchiveListing, ArchiveRow } from './archive-list.ts';
import { createArchiveStore } from './archive-store.ts';

/** One look at the archives. */
export interface BackupsLook {
  readonly listing: ArchiveListing;
  readonly figures: BackupFigures;
}

interface Known {
  readonly atMs: number;
  /** Archives of other environments may lie beside. */
  readonly environment: string;
  /** When runs ended that made no backup; undefined when nobody keeps count. */
  readonly failedAtMs?: readonly number[] | undefined;
}

/** A backup of some of the games only, and what a restore kept, say nothing of how far back everything can be brought. */
export function backupFigures(
  { archives }: ArchiveListing,
  { atMs, environment, failedAtMs }: Known,
): BackupFigures {
  const whole = archives.flatMap((row) => wholeBackup(row, environment)).sort(newestFirst);
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
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The figures of the archives there, as a game server exports them: `gauges.backups` of `createExporter`.
 *
 * @throws Fault `not-found` when the folder or the bucket does not exist
 */
export async function readBackupFigures(
  { location, endpoint, environment, clock }: ArchivesToRead,
  signal?: AbortSignal,
): Promise<BackupFigures> {
  const listing = await createArchiveStore(location, { s3: { endpoint } }).list(signal);
  return backupFigures(listing, { atMs: clock.now(), environment });
}

type MaybeVerified = WholeBackup & Pick<ArchiveRow, 'verifiedAtMs'>;

function wholeBackup({ name, manifest, verifiedAtMs }: ArchiveRow, here: string): MaybeVerified[] {
  if (!('rootHash' in manifest)) return [];
  const { environment, purpose, filter, startedAtMs, endedAtMs, games, rawBytes, storedBytes } = manifest;
  if (environment !== here || purpose !== undefined || filter.where !== undefined) return [];
  return [{ name, startedAtMs, endedAtMs, games, rawBytes, storedBytes, verifiedAtMs }];
}

const newestFirst = (one: WholeBackup, other: WholeBackup) => other.startedAtMs - one.startedAtMs;

function withoutMark({ verifiedAtMs: _, ...backup }: MaybeVerified): WholeBackup {
  return backup;
}
