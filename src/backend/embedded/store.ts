import { statSync } from 'node:fs';
import { openAppend } from './append.ts';
import { openCensus } from './census.ts';
import { examineFile } from './examine.ts';
import { isBusy, storeFault } from './faults.ts';
import { openGames } from './games.ts';
import { changeLock } from './lock.ts';
import { isLook, isWrite, type Reply, type Request, type Store } from './messages.ts';
import { openRecords } from './records.ts';
import { openDatabase, savepoint, transaction } from './schema.ts';

type Tables = ReturnType<typeof open>;
type Methods = {
  [M in keyof Store]: (tables: Tables, ...args: Parameters<Store[M]>) => ReturnType<Store[M]>;
};

const methods: Methods = {
  ping: ({ games }) => void games.page(undefined, 1, 0),
  append: (tables, id, append, nowMs) => tables.append(id, append, nowMs),
  putSnapshot: (tables, id, snapshot, nowMs) => tables.putSnapshot(id, snapshot, nowMs),
  census: ({ census }, nowMs) => census(nowMs),
  examine: ({ db, file }) => examineFile(db, file),
  page: ({ games }, after, limit, nowMs) => games.page(after, limit, nowMs),
  readRecords: ({ records }, keys, nowMs) => keys.map((key) => records.read(key, nowMs)),
  replaceRecord: ({ records }, record, expected, nowMs) => records.replace(record, expected, nowMs),
  removeRecord: ({ records }, key, expected, nowMs) => records.remove(key, expected, nowMs),
  changeLock: ({ db }, change, nowMs) => changeLock(db, change, nowMs),
};

export interface StoreFile {
  /** Replies in the order of the requests, each as soon as it holds. Writes that follow each other share a commit. */
  answer(requests: readonly Request[]): Generator<readonly Reply[]>;
  /** Idempotent; the next call opens the file again. */
  close(): void;
}

/** Opens the file on first use, and tries again after a failure to open it. */
export function createStore(file: string): StoreFile {
  let opened: Tables | undefined;
  let empty: Tables | undefined;

  const tables = (): Tables => {
    opened ??= open(file);
    return opened;
  };
  /** Who only looks for games makes no file: where there is none, there are none. */
  const tablesFor = (method: keyof Store): Tables => {
    if (opened || !isLook(method) || isThere(file)) return tables();
    empty ??= open(':memory:');
    return empty;
  };

  const replyTo = (work: () => readonly Reply[], count: number): readonly Reply[] => {
    try {
      return work();
    } catch (thrown) {
      return Array.from({ length: count }, () => failure(thrown, file));
    }
  };

  const read = (request: Request) =>
    replyTo(() => {
      const from = tablesFor(request.method);
      return transaction(from.db, 'DEFERRED', () => [run(from, request)]);
    }, 1);

  // The lock is taken at the start: one that is taken later fails when somebody else wrote in between.
  const write = (requests: readonly Request[]) =>
    replyTo(
      () => transaction(tables().db, 'IMMEDIATE', () => runEach(tables(), requests, file)),
      requests.length,
    );

  return {
    *answer(requests) {
      for (const group of groupsOf(requests)) {
        const [first] = group;
        if (first) yield isWrite(first.method) ? write(group) : read(first);
      }
    },
    close() {
      opened?.db.close();
      empty?.db.close();
      opened = undefined;
      empty = undefined;
    },
  };
}

/** Writes in a row together, each read alone. */
function groupsOf(requests: readonly Request[]): Request[][] {
  const groups: Request[][] = [];
  for (const request of requests) {
    const last = groups.at(-1);
    if (last?.[0] && isWrite(last[0].method) && isWrite(request.method)) last.push(request);
    else groups.push([request]);
  }
  return groups;
}

/** One that fails leaves nothing behind and does not take the others with it. */
function runEach(tables: Tables, requests: readonly Request[], file: string): Reply[] {
  const [only, ...more] = requests;
  if (only && more.length === 0) return [run(tables, only)];
  return requests.map((request) => {
    try {
      return savepoint(tables.db, () => run(tables, request));
    } catch (thrown) {
      // SQLite gave the whole transaction up, as it does when the disk is full.
      if (!tables.db.isTransaction) throw thrown;
      return failure(thrown, file);
    }
  });
}

function run(tables: Tables, { method, args }: Request): Reply {
  // The client's `call` has checked the arguments against this very method.
  const work = methods[method] as (tables: Tables, ...args: readonly unknown[]) => unknown;
  return { kind: 'done', value: work(tables, ...args) };
}

function failure(thrown: unknown, file: string): Reply {
  if (isBusy(thrown)) return { kind: 'busy' };
  const { code, message, next } = storeFault(thrown, file);
  return { kind: 'failed', fault: { code, message, ...(next === undefined ? {} : { next }) } };
}

/** @throws what keeps it from being known */
const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined;

function open(file: string) {
  const db = openDatabase(file);
  try {
    const games = openGames(db);
    return {
      db,
      file,
      games,
      records: openRecords(db, games),
      census: openCensus(db),
      ...openAppend(db, games),
    };
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}
