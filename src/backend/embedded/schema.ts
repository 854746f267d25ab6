import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../base/fault.ts';
import { makeFolder } from '../../base/make-folder.ts';

const version = 1;

// A field of the current layout is a column or a row of its own when it reads back to the same bytes; every other
// field, and all of a legacy game, is a part.
const schema = `
  CREATE TABLE games (
    game    INTEGER PRIMARY KEY,
    id      TEXT NOT NULL,
    layout  TEXT NOT NULL,
    rev     INTEGER,
    phase   TEXT,
    created INTEGER,
    updated INTEGER,
    expires INTEGER,
    UNIQUE (id, layout)
  ) STRICT;
  CREATE INDEX games_by_expiry ON games (expires) WHERE expires IS NOT NULL;
  CREATE TABLE events (
    game     INTEGER NOT NULL REFERENCES games ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    PRIMARY KEY (game, revision)
  ) STRICT;
  CREATE TABLE snapshots (
    game     INTEGER NOT NULL REFERENCES games ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    PRIMARY KEY (game, revision)
  ) STRICT;
  CREATE TABLE parts (
    game  INTEGER NOT NULL REFERENCES games ON DELETE CASCADE,
    name  BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (game, name)
  ) STRICT;
`;

/** Opens the file, makes it and its folder where they are missing. Never waits for a lock. */
export function openDatabase(file: string): DatabaseSync {
  makeFolder(dirname(file), 0o777);
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // WAL: readers and the one writer do not block each other. FULL: a committed event survives a power cut.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    migrate(db, file);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function migrate(db: DatabaseSync, file: string): void {
  if (versionOf(db) === version) return;
  transaction(db, 'IMMEDIATE', () => {
    // Read again under the lock: another process may have been faster.
    const found = versionOf(db);
    if (found > version) {
      throw new Fault(
        'unsupported',
        `${file} was written by a newer gamekeeper (schema ${found}, this one knows ${version})`,
        { next: 'Update gamekeeper on this machine' },
      );
    }
    if (found === 0) db.exec(`${schema} PRAGMA user_version = ${version};`);
  });
}

export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}

export function transaction<T>(db: DatabaseSync, mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
  db.exec(`BEGIN ${mode}`);
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw thrown;
  }
}

/** Within a transaction: what this work wrote is undone when it throws, and nothing else. */
export function savepoint<T>(db: DatabaseSync, work: () => T): T {
  db.exec('SAVEPOINT one');
  try {
    const result = work();
    db.exec('RELEASE one');
    return result;
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK TO one; RELEASE one');
    throw thrown;
  }
}
