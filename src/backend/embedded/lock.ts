/** The lock of the place: a row of a table of its own, made when it is first asked for. */
import type { DatabaseSync } from 'node:sqlite';
import type { LockChange } from '../port.ts';

export function changeLock(
  db: DatabaseSync,
  { from, to, leaseMs }: LockChange,
  nowMs: number,
): string | undefined {
  db.exec('CREATE TABLE IF NOT EXISTS lock (text TEXT NOT NULL, ends INTEGER NOT NULL) STRICT');
  const row = db.prepare('SELECT text FROM lock WHERE ends > ?').get(nowMs);
  const found = row ? String(row.text) : undefined;
  if (found !== from) return found;
  db.exec('DELETE FROM lock');
  if (to !== undefined) db.prepare('INSERT INTO lock VALUES (?, ?)').run(to, nowMs + leaseMs);
  return to;
}
