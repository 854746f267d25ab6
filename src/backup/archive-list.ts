import type { Fault } from '../base/fault.ts';
import type { Layout } from '../game/record.ts';

/** The plain text beside an archive, `<name>.manifest.json`: for listing without opening it. Version 1. */
export interface Manifest {
  readonly version: 1;
  readonly name: string;
  readonly archiveId: string;
  readonly environment: string;
  /** Where the games were read, without secrets. */
  readonly source: string;
  readonly createdBy: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly games: number;
  readonly gamesByLayout: Readonly<Record<Layout, number>>;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly codec: 'zstd' | 'gzip' | 'none';
  /** A scan is no point in time: each game is whole, different games are from different moments. */
  readonly consistency: 'fuzzy-scan';
  readonly filter: { readonly includeCompleted: boolean };
  /** Games that were seen and are not in it: filtered out, or gone between scan and read. */
  readonly leftOut: { readonly completed: number; readonly vanished: number };
  /**
   * `before-restore`: only the games that a restore was about to overwrite. `retired`: finished games, removed from
   * storage since. undefined for a backup of everything.
   */
  readonly purpose?: ArchivePurpose | undefined;
  /** SHA-256 (hex) that the archive's footer ends with. */
  readonly rootHash: string;
}

export const archivePurposes = ['before-restore', 'retired'] as const;
export type ArchivePurpose = (typeof archivePurposes)[number];

export interface ArchiveRow {
  readonly name: string;
  readonly path: string;
  /** A Fault when the archive or its manifest cannot be read; the row is listed all the same. */
  readonly manifest: Manifest | Fault;
  /** When a validation last passed over these very bytes; undefined when none did. */
  readonly verifiedAtMs: number | undefined;
}

export interface ArchiveListing {
  readonly location: string;
  /** Newest first. */
  readonly archives: readonly ArchiveRow[];
}

export interface Validation {
  readonly name: string;
  readonly ok: boolean;
  readonly games: number;
  readonly bytesRead: number;
  /** Empty when ok. */
  readonly problems: readonly string[];
}
