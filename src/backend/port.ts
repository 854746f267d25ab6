/**
 * The one port between games and where they are kept. A backend is a file that implements it and a row in
 * `catalogue.ts`; the tests in `test/conformance` say what each method must do, for every backend and wrapper.
 *
 * Failures are Faults: `backend-unreachable` (retryable), `backend-denied`, `backend-failed`. Expected outcomes
 * are returned as unions.
 */
import type { Fault, FaultCode } from '../base/fault.ts';
import type { EncodedRecord } from '../game/encoded-record.ts';
import type { GameId } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { GameRecord, Layout, RecordKey } from '../game/record.ts';
import type { RecordHead } from './record-head.ts';

export type BackendKind = 'embedded' | 'redis' | 'dynamodb';

/** What an implementation can do beyond the port; the conformance suite obeys it. */
export interface Abilities {
  /** Reads and writes the layout the platform used before ours. */
  readonly legacyLayout: boolean;
  /** Several processes may use the same place at once. */
  readonly sharedBetweenProcesses: boolean;
  /** The most that one transaction over several items takes; false where there is none. */
  readonly transactions: { readonly items: number; readonly bytes: number } | false;
  /** The longest id, which is not empty either; left out where any will do. */
  readonly idBytes?: number;
}

/** The next transition of a game, as encoded by the engine. */
export interface Append {
  /** The revision the caller built on; 0 creates the game. */
  readonly expectedRevision: number;
  readonly phase: Phase;
  readonly atMs: number;
  /** The encoded event of revision `expectedRevision + 1`; left out where no log is kept, and then there is a snapshot. */
  readonly event?: Uint8Array;
  /** The encoded snapshot of revision `expectedRevision + 1`, stored in the same step; of all, the newest `keep` stay. */
  readonly snapshot?: { readonly bytes: Uint8Array; readonly keep: number };
  /** Absolute time at which the backend may delete the game; undefined keeps it, also one that had such a time. */
  readonly expiresAtMs?: number;
}

export type Appended =
  | { readonly kind: 'committed'; readonly revision: number }
  /** Nothing was written. `actual` is 0 when the game does not exist. */
  | { readonly kind: 'conflict'; readonly expected: number; readonly actual: number };

export interface StoredGame {
  readonly id: GameId;
  readonly revision: number;
  readonly phase: Phase;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly expiresAtMs?: number;
  /** Encoded, ascending by revision; those that compaction removed are missing at the front only. */
  readonly events: readonly Encoded[];
  readonly snapshots: readonly Encoded[];
}

export interface Encoded {
  readonly revision: number;
  readonly bytes: Uint8Array;
}

export interface PutSnapshot extends Encoded {
  /** Newest snapshots kept after this one is stored, itself included. */
  readonly keep: number;
  /** Events up to and including this revision are deleted in the same step; 0 deletes none. */
  readonly dropEventsThrough: number;
}

/** `refused`: the game is missing or has not reached that revision; nothing was written. */
export type SnapshotPut = { readonly kind: 'stored' } | { readonly kind: 'refused'; readonly actual: number };

/** Counts read from the backend itself, with the time they were read. Costs one paced scan. */
export interface Census {
  readonly atMs: number;
  readonly games: readonly { readonly layout: Layout; readonly phase: string; readonly count: number }[];
  readonly snapshots: number;
  /**
   * Bytes in use by component: `events`, `snapshots`, `heads`; or `all` where the backend cannot tell apart. Empty
   * where it tells nothing, and then no limit is known either.
   */
  readonly usedBytes: Readonly<Record<string, number>>;
  /** undefined when the backend has no limit set. */
  readonly limitBytes: number | undefined;
}

/** What a backend finds out about its server that an operator should know; `config check` prints it. */
export interface Finding {
  /** What was looked at, like `maxmemory-policy`. */
  readonly name: string;
  /** `unknown`: it could not be looked at. */
  readonly kind: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What was found, for people. */
  readonly found: string;
  /** On anything but `ok`: what to do, as an imperative sentence. */
  readonly next?: string;
}

export type RecordRead =
  | { readonly kind: 'record'; readonly record: GameRecord }
  | { readonly kind: 'absent' }
  /** There is something under this key that a GameRecord cannot hold. It must be named, never skipped. */
  | { readonly kind: 'unreadable'; readonly fault: Fault };

/** A game as archives hold it. */
export type EncodedRead =
  | {
      readonly kind: 'record';
      readonly key: RecordHead;
      /** `encodeRecord` of its record. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'absent'; readonly key: RecordKey }
  | { readonly kind: 'unreadable'; readonly key: RecordKey; readonly fault: Fault };

/** `changed`: what is stored is not what the caller expected; nothing was written. */
export type Replaced = { readonly kind: 'written' } | { readonly kind: 'changed' };

/** What a write expects to find: the digest of a record (`recordDigest`), or that there is none. */
export type Expected = string | 'absent';

/** `refused`: it is not one that the storage takes, or no sound one; nothing was written of it. */
export type Created = Replaced | { readonly kind: 'refused'; readonly fault: Fault };

/** `failed`: it may or may not have been written. `not-begun`: after a failure of another, or an interruption. */
export type CreateOutcome =
  | Created
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'not-begun' };

/** Why a storage would not take a record. */
export interface Refusal {
  readonly why: Fault;
  /** `secondary`: of dual writes, only the side that follows; the record is written all the same. */
  readonly by: 'storage' | 'secondary';
}

/** What a storage refuses of sound records, as it was when it was asked. */
export interface Refusals {
  /** Asks nobody; undefined for one that would be taken. A write goes by the same rule. */
  of(record: GameRecord): Refusal | undefined;
  /** Why nothing is known of a secondary. */
  readonly unknown?: Fault;
  /** Where the storage counts what is read and written. */
  readonly capacity?: CapacityRule;
}

/** Units of a storage that counts them, like DynamoDB. */
export interface Capacity {
  readonly reads: number;
  readonly writes: number;
}

export interface CapacityRule {
  /** What it takes to write this record once, and to read it once. */
  of(record: GameRecord): Capacity;
  /** The most that it was given; undefined where it takes any. */
  readonly writesPerSecond?: number;
}

/** A change of the lock of a place; undefined stands for no lock. */
export interface LockChange {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** How long the new one stands unless it is put in its own place again. */
  readonly leaseMs: number;
}

export interface Backend {
  readonly kind: BackendKind;
  /** For people: where this is, without secrets. */
  readonly location: string;
  /** What answers reads. A replica may be behind, so what it says is never shown as the present. */
  readonly readsFrom: 'primary' | 'replica';
  readonly supports: Abilities;

  /** Resolves when the backend answers. */
  ping(signal?: AbortSignal): Promise<void>;

  /** One atomic compare-and-append. When it rejects, the event may or may not have been stored. */
  append(id: GameId, append: Append, signal?: AbortSignal): Promise<Appended>;
  /** One game, untorn. An expired game is absent. */
  read(id: GameId, signal?: AbortSignal): Promise<StoredGame | undefined>;
  putSnapshot(id: GameId, snapshot: PutSnapshot, signal?: AbortSignal): Promise<SnapshotPut>;
  census(signal?: AbortSignal): Promise<Census>;
  /** As census, but counted in a sample, at once; about right. Only where a backend cannot count all at once. */
  roughCensus?(signal?: AbortSignal): Promise<Census>;
  /** Looks at the server's own settings: rights, limits, durability. Never writes. */
  examine(signal?: AbortSignal): Promise<readonly Finding[]>;

  /** Pages of keys in both layouts. Every game present throughout comes exactly once; others may or may not. */
  scan(signal?: AbortSignal): AsyncIterable<readonly RecordKey[]>;
  /**
   * Every game, untorn, as scan and readRecords find them, but some may come twice. Only where a backend can do it
   * faster than through records; `encoded-scan.ts` has it for all. The bytes of a page hold until the next is asked for.
   */
  scanEncoded?(signal?: AbortSignal): AsyncIterable<readonly EncodedRead[]>;
  /** One answer for each key, in their order; each record is untorn. */
  readRecords(keys: readonly RecordKey[], signal?: AbortSignal): Promise<readonly RecordRead[]>;
  /** So that a plan can say before what a write would refuse. */
  refusals(signal?: AbortSignal): Promise<Refusals>;
  /** Puts the record in place of what is there, atomically, if that is still what was expected. */
  replaceRecord(record: GameRecord, expected: Expected, signal?: AbortSignal): Promise<Replaced>;
  /**
   * Each as replaceRecord would where nothing is expected, on its own, with one answer each in their order. When it
   * rejects, any of them may or may not have been written. Only where a backend can do it faster than one by one;
   * `create-records.ts` has it for all.
   */
  createRecords?(records: readonly EncodedRecord[], signal?: AbortSignal): Promise<readonly CreateOutcome[]>;
  removeRecord(key: RecordKey, expected: string, signal?: AbortSignal): Promise<Replaced>;
  /**
   * The lock of this place, whatever name it is reached by: a text beside the games, which nothing here takes for one.
   * Puts `to` in place of `from`, atomically, if that is what is there, and answers what is there then. By the clock of
   * the server where it has one, else by this machine's.
   */
  changeLock(change: LockChange, signal?: AbortSignal): Promise<string | undefined>;

  close(): Promise<void>;
}

/** What a change is planned from: what it reads is the present. */
export interface PrimaryBackend extends Backend {
  readonly readsFrom: 'primary';
}

/** Every method of the port that reaches the backend, with what it does there; wrappers work from this. */
export const operations = {
  ping: 'read',
  append: 'write',
  read: 'read',
  putSnapshot: 'write',
  census: 'read',
  roughCensus: 'read',
  examine: 'read',
  scan: 'read',
  scanEncoded: 'read',
  readRecords: 'read',
  refusals: 'read',
  replaceRecord: 'write',
  createRecords: 'write',
  removeRecord: 'write',
  changeLock: 'write',
} as const satisfies Partial<Record<keyof Backend, 'read' | 'write'>>;

export type Operation = keyof typeof operations;

/** What a backend tells of itself, whoever called it. */
export interface BackendListener {
  /**
   * The connection was lost, or is there again; `server` names one of several. It is lost once more when it turns out
   * that waiting alone does not help.
   */
  connection?(event: {
    readonly state: 'lost' | 'regained';
    readonly server: string;
    readonly fault?: Fault;
  }): void;
  /** DynamoDB capacity units that a call took. */
  capacity?(event: { readonly operation: Operation; readonly reads: number; readonly writes: number }): void;
}

/** What the `observed` wrapper tells whoever measures a backend. */
export interface Observer {
  operation(event: {
    operation: Operation;
    backend: BackendKind;
    outcome: 'ok' | 'error';
    /** On an error: its stable code. */
    error?: FaultCode;
    seconds: number;
  }): void;
}
