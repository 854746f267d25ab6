/**
 * The one port between games and where they are kept. A backend is a file that implements it and a row in
 * `catalogue.ts`; the tests in `test/conformance` say what each method must do, for every backend and wrapper.
 *
 * Failures are Faults: `backend-unreachable` (retryable), `backend-denied`, `backend-failed`. Expected outcomes
 * are returned as unions.
 */
import type { Fault, FaultCode } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { GameRecord, Layout, RecordKey } from '../game/record.ts';

export type BackendKind = 'embedded' | 'redis' | 'dynamodb';

/** What an implementation can do beyond the port; the conformance suite obeys it. */
export interface Abilities {
  /** Reads and writes the layout the platform used before ours. */
  readonly legacyLayout: boolean;
  /** Several processes may use the same place at once. */
  readonly sharedBetweenProcesses: boolean;
}

/** The next transition of a game, as encoded by the engine. */
export interface Append {
  /** The revision the caller built on; 0 creates the game. */
  readonly expectedRevision: number;
  readonly phase: Phase;
  readonly atMs: number;
  /** The encoded event of revision `expectedRevision + 1`. */
  readonly event: Uint8Array;
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

export type RecordRead =
  | { readonly kind: 'record'; readonly record: GameRecord }
  | { readonly kind: 'absent' }
  /** There is something under this key that a GameRecord cannot hold. It must be named, never skipped. */
  | { readonly kind: 'unreadable'; readonly fault: Fault };

/** `changed`: what is stored is not what the caller expected; nothing was written. */
export type Replaced = { readonly kind: 'written' } | { readonly kind: 'changed' };

/** What a write expects to find: the digest of a record (`recordDigest`), or that there is none. */
export type Expected = string | 'absent';

export interface Backend {
  readonly kind: BackendKind;
  /** For people: where this is, without secrets. */
  readonly location: string;
  readonly supports: Abilities;

  /** Resolves when the backend answers. */
  ping(signal?: AbortSignal): Promise<void>;

  /** One atomic compare-and-append. When it rejects, the event may or may not have been stored. */
  append(id: GameId, append: Append, signal?: AbortSignal): Promise<Appended>;
  /** One game, untorn. An expired game is absent. */
  read(id: GameId, signal?: AbortSignal): Promise<StoredGame | undefined>;
  putSnapshot(id: GameId, snapshot: PutSnapshot, signal?: AbortSignal): Promise<SnapshotPut>;
  census(signal?: AbortSignal): Promise<Census>;

  /** Pages of keys in both layouts. Every game present throughout comes exactly once; others may or may not. */
  scan(signal?: AbortSignal): AsyncIterable<readonly RecordKey[]>;
  /** One answer for each key, in their order; each record is untorn. */
  readRecords(keys: readonly RecordKey[], signal?: AbortSignal): Promise<readonly RecordRead[]>;
  /** Puts the record in place of what is there, atomically, if that is still what was expected. */
  replaceRecord(record: GameRecord, expected: Expected, signal?: AbortSignal): Promise<Replaced>;
  removeRecord(key: RecordKey, expected: string, signal?: AbortSignal): Promise<Replaced>;

  close(): Promise<void>;
}

/** Every method of the port that reaches the backend, with what it does there; wrappers work from this. */
export const operations = {
  ping: 'read',
  append: 'write',
  read: 'read',
  putSnapshot: 'write',
  census: 'read',
  scan: 'read',
  readRecords: 'read',
  replaceRecord: 'write',
  removeRecord: 'write',
} as const satisfies Partial<Record<keyof Backend, 'read' | 'write'>>;

export type Operation = keyof typeof operations;

/** What a backend (through the `observed` wrapper) and the engine tell whoever measures them. */
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
