/** What an operator should know about the games' file and the folder that it lies in. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { freeSpace } from '../../base/free-space.ts';
import { formatBytes } from '../../base/units.ts';
import type { Finding } from '../port.ts';
import { versionOf } from './schema.ts';

/** Reading one in whole takes a second or less; games wait meanwhile. */
const checkedBytes = 256 * 2 ** 20;

export const examineFile = (db: DatabaseSync, file: string): Finding[] => [
  writable(file),
  { name: 'disk space', ...freeSpace(dirname(file)) },
  journal(db),
  { name: 'schema', kind: 'ok', found: `version ${versionOf(db)}` },
  soundness(db),
];

function writable(file: string): Finding {
  const name = 'permissions';
  try {
    // SQLite makes files beside its own.
    accessSync(dirname(file), constants.R_OK | constants.W_OK | constants.X_OK);
    accessSync(file, constants.R_OK | constants.W_OK);
    return { name, kind: 'ok', found: 'this user may read and write' };
  } catch {
    return {
      name,
      kind: 'problem',
      found: 'this user may not write the file or its folder',
      next: `Check the owner and the permissions of ${dirname(file)}`,
    };
  }
}

function journal(db: DatabaseSync): Finding {
  const mode = String(Object.values(db.prepare('PRAGMA journal_mode').get() ?? {})[0]);
  const name = 'journal';
  if (mode === 'wal') return { name, kind: 'ok', found: 'write-ahead log, flushed with every commit' };
  return {
    name,
    kind: 'warning',
    found: `mode ${mode}, so readers and the writer block each other`,
    next: 'Move the folder to a disk of this machine',
  };
}

function soundness(db: DatabaseSync): Finding {
  const name = 'quick check';
  const bytes = Number(
    db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get()
      ?.bytes,
  );
  if (bytes > checkedBytes) {
    return {
      name,
      kind: 'unknown',
      found: `not made: ${formatBytes(bytes)} would keep games waiting`,
      next: 'Run PRAGMA quick_check with the sqlite3 shell on a copy of the file',
    };
  }
  const [first] = db.prepare('PRAGMA quick_check(1)').all();
  const found = String(Object.values(first ?? {})[0]);
  if (found === 'ok') return { name, kind: 'ok', found: `${formatBytes(bytes)} are sound` };
  return { name, kind: 'problem', found, next: 'Move the file away and restore the games from a backup' };
}
