/** What the backend and its worker say to each other. */
import type { FaultCode } from '../../base/fault.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import type {
  Append,
  Appended,
  Census,
  Expected,
  Finding,
  LockChange,
  PutSnapshot,
  Replaced,
  SnapshotPut,
} from '../port.ts';

/** What the worker can be asked for; each call takes effect whole or not at all. */
export interface Store {
  ping(): void;
  append(id: string, append: Append, nowMs: number): Appended;
  putSnapshot(id: string, snapshot: PutSnapshot, nowMs: number): SnapshotPut;
  census(nowMs: number): Census;
  examine(): Finding[];
  /** Keys in a fixed order, those after `after`; fewer than `limit` means the end. */
  page(after: RecordKey | undefined, limit: number, nowMs: number): RecordKey[];
  /** undefined for each that is absent. */
  readRecords(keys: readonly RecordKey[], nowMs: number): (GameRecord | undefined)[];
  replaceRecord(record: GameRecord, expected: Expected, nowMs: number): Replaced;
  removeRecord(key: RecordKey, expected: string, nowMs: number): Replaced;
  changeLock(change: LockChange, nowMs: number): string | undefined;
}

const writes: readonly (keyof Store)[] = [
  'append',
  'putSnapshot',
  'replaceRecord',
  'removeRecord',
  'changeLock',
];
export const isWrite = (method: keyof Store): boolean => writes.includes(method);

const looks: readonly (keyof Store)[] = ['page', 'readRecords', 'census'];
/** Asks for games alone, not for how the file is. */
export const isLook = (method: keyof Store): boolean => looks.includes(method);

export interface Request {
  readonly method: keyof Store;
  readonly args: readonly unknown[];
}

export interface WorkerStart {
  readonly file: string;
  /** Goes up by one with each message to the worker. */
  readonly bell: Int32Array<SharedArrayBuffer>;
  /** How long it waits for the next message before it sleeps. */
  readonly awakeMs: number;
}

/** Requests that were waiting together, answered in their order. */
export type ToWorker = readonly Request[] | 'close';
export type FromWorker = readonly Reply[] | 'closed';

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
