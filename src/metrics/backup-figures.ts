/** How backups of one storage go; what is not known is missing, never 0. */
export interface BackupFigures {
  /** When they were read. */
  readonly atMs: number;
  /** The newest backup with all of its games, validated or not; undefined when there is none. */
  readonly newest?: WholeBackup;
  /** The newest of them that a validation has passed over; undefined when there is none. */
  readonly verified?: WholeBackup & { readonly verifiedAtMs: number };
  /**
   * Runs of `backup create` on this machine, of this storage to this backup location and later than the newest verified
   * backup, that did not end as done; undefined when nobody keeps count.
   */
  readonly failures?: number;
}

export interface WholeBackup {
  readonly name: string;
  /** From then on a change may not be in it: its age counts from here. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly games: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
}
