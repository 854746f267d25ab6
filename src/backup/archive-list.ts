import type { Fault } from '../base/fault.ts';
import type { Layout, RecordKey } from '../game/record.ts';

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
  /** `age`: encrypted, as the `age` tool does it. */
  readonly cipher: 'none' | 'age';
  /** Public keys, each of which opens it; undefined when it is a passphrase or nothing that does. */
  readonly recipients?: readonly string[] | undefined;
  /** A scan is no point in time: each game is whole, different games are from different moments. */
  readonly consistency: 'fuzzy-scan';
  readonly filter: ArchiveFilter;
  readonly leftOut: LeftOut;
  /** By phase as stored; `unknown` for what is none of ours. undefined in archives of before it was counted. */
  readonly gamesByPhase?: Readonly<Record<string, number>> | undefined;
  /** Games that no record can represent, by name; the archive was allowed to lack them. undefined when there was none. */
  readonly unsupported?: readonly Unsupported[] | undefined;
  /** undefined in archives of before it was counted. */
  readonly meanwhile?: Meanwhile | undefined;
  /** undefined when it was made in one go. */
  readonly resumed?: Resumed | undefined;
  /**
   * `before-restore`: only the games that a restore was about to overwrite. `retired`: finished games, removed from
   * storage since. undefined for a backup of everything.
   */
  readonly purpose?: ArchivePurpose | undefined;
  /** SHA-256 (hex) that the archive's footer ends with. */
  readonly rootHash: string;
}

/** Which games were wanted. */
export interface ArchiveFilter {
  readonly includeCompleted: boolean;
  /** undefined for all of them. */
  readonly where?: GameWhere | undefined;
}

/** All that are given must hold. What a game does not tell (its phase, its age) does not fulfil them. */
export interface GameWhere {
  /** As stored, whatever their case. */
  readonly phases?: readonly string[] | undefined;
  /** The last change came before this time, exclusive. */
  readonly changedBeforeMs?: number | undefined;
  /** The last change came at this time or later. */
  readonly changedSinceMs?: number | undefined;
  /** `*` is any text, `?` one character; the whole id must match. */
  readonly idPattern?: string | undefined;
  readonly layout?: Layout | undefined;
}

/** How many games were seen and are not in it. */
export interface LeftOut {
  /** In GAME_OVER, and not to be included. */
  readonly completed: number;
  /** Gone between scan and read. */
  readonly vanished: number;
  /** Others that `where` did not want. */
  readonly filtered?: number | undefined;
  /** Asked for by their age, and nobody knows when they changed. */
  readonly undated?: number | undefined;
}

export interface Unsupported extends RecordKey {
  readonly why: string;
}

/** What moved while the scan ran. */
export interface Meanwhile {
  /**
   * Games whose last change came after the scan had begun, by the clock of whoever wrote it, and which are in the
   * archive as they were after it. A change after a game was read is not in it, and not counted.
   */
  readonly changed: number;
  /** Games that storage had lost by the end, see `countGone`; left out where it had lost none. */
  readonly gone?: number | undefined;
}

/** Of a backup that went on after an interruption. */
export interface Resumed {
  /** Games that had been read before it, and are in the archive as they were then. */
  readonly games: number;
  /** When the last of them was written; what changed of them since is not in the archive, and not counted. */
  readonly untilMs: number;
  /** Of them, those that storage no longer had when it went on. */
  readonly gone: number;
}

export const archivePurposes = ['before-restore', 'retired'] as const;
export type ArchivePurpose = (typeof archivePurposes)[number];

export interface ArchiveRow {
  readonly name: string;
  readonly path: string;
  /** A Fault when the archive or its manifest cannot be read, or is known to be wrong; the row is listed all the same. */
  readonly manifest: Manifest | Fault;
  /** When the last validation of these very bytes passed; undefined when it did not, or there was none. */
  readonly verifiedAtMs: number | undefined;
  /** When it failed; undefined when it passed, or there was none. */
  readonly failedAtMs?: number;
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
  /** What to do where the archive is whole and only its manifest is wrong. */
  readonly mend?: string;
}
