import { openAppend } from './append.ts';
import { openCensus } from './census.ts';
import { openGames } from './games.ts';
import type { Store } from './messages.ts';
import { openRecords } from './records.ts';
import { openDatabase, transaction } from './schema.ts';

/** Opens the file on first use, and tries again after a failure to open it. */
export function createStore(file: string): Store {
  let opened: ReturnType<typeof open> | undefined;

  const within =
    (mode: 'DEFERRED' | 'IMMEDIATE') =>
    <T>(work: (tables: ReturnType<typeof open>) => T): T => {
      opened ??= open(file);
      const tables = opened;
      return transaction(tables.db, mode, () => work(tables));
    };
  const reading = within('DEFERRED');
  // The lock is taken at the start: one that is taken later fails when somebody else wrote in between.
  const writing = within('IMMEDIATE');

  return {
    ping: () => reading(({ games }) => void games.page(undefined, 1, 0)),
    append: (id, append, nowMs) => writing((tables) => tables.append(id, append, nowMs)),
    putSnapshot: (id, snapshot, nowMs) => writing((tables) => tables.putSnapshot(id, snapshot, nowMs)),
    census: (nowMs) => reading(({ census }) => census(nowMs)),
    page: (after, limit, nowMs) => reading(({ games }) => games.page(after, limit, nowMs)),
    readRecords: (keys, nowMs) => reading(({ records }) => keys.map((key) => records.read(key, nowMs))),
    replaceRecord: (record, expected, nowMs) =>
      writing(({ records }) => records.replace(record, expected, nowMs)),
    removeRecord: (key, expected, nowMs) => writing(({ records }) => records.remove(key, expected, nowMs)),
    close() {
      opened?.db.close();
      opened = undefined;
    },
  };
}

function open(file: string) {
  const db = openDatabase(file);
  try {
    const games = openGames(db);
    return { db, games, records: openRecords(db, games), census: openCensus(db), ...openAppend(db, games) };
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}
