/** What the backend and its worker say to each other. */
import type { FaultCode } from '../../base/fault.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import type { Append, Appended, Census, Expected, PutSnapshot, Replaced, SnapshotPut } from '../port.ts';

/** The database as the worker offers it; every method is one transaction. */
export interface Store {
  ping(): void;
  append(id: string, append: Append, nowMs: number): Appended;
  putSnapshot(id: string, snapshot: PutSnapshot, nowMs: number): SnapshotPut;
  census(nowMs: number): Census;
  /** Keys in a fixed order, those after `after`; fewer than `limit` means the end. */
  page(after: RecordKey | undefined, limit: number, nowMs: number): RecordKey[];
  /** undefined for each that is absent. */
  readRecords(keys: readonly RecordKey[], nowMs: number): (GameRecord | undefined)[];
  replaceRecord(record: GameRecord, expected: Expected, nowMs: number): Replaced;
  removeRecord(key: RecordKey, expected: string, nowMs: number): Replaced;
  /** Idempotent; the next call opens the file again. */
  close(): void;
}

export interface Request {
  readonly method: keyof Store;
  readonly args: readonly unknown[];
}

export type Reply =
  | { readonly kind: 'done'; readonly value: unknown }
  /** Another process holds the lock; nothing was changed. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed'; readonly fault: PlainFault };

/** A Fault as it crosses threads. */
export interface PlainFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly next?: string;
}
