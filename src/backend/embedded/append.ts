import type { DatabaseSync } from 'node:sqlite';
import { damagedHead } from '../current-layout.ts';
import type { Append, Appended, PutSnapshot, SnapshotPut } from '../port.ts';
import type { GameRow, Games } from './games.ts';

export function openAppend(db: DatabaseSync, games: Games) {
  const update = db.prepare('UPDATE games SET rev = ?, phase = ?, updated = ?, expires = ? WHERE game = ?');
  // A head field that was damaged is now a column.
  const dropHeadParts = db.prepare(
    `DELETE FROM parts WHERE game = ? AND name IN (CAST('phase' AS BLOB), CAST('updated' AS BLOB))`,
  );
  const putEvent = db.prepare('INSERT OR REPLACE INTO events (game, revision, bytes) VALUES (?, ?, ?)');
  const putSnapshot = db.prepare('INSERT OR REPLACE INTO snapshots (game, revision, bytes) VALUES (?, ?, ?)');
  const trimSnapshots = db.prepare(
    `DELETE FROM snapshots WHERE game = ?1 AND revision NOT IN
       (SELECT revision FROM snapshots WHERE game = ?1 ORDER BY revision DESC LIMIT ?2)`,
  );
  const dropEvents = db.prepare('DELETE FROM events WHERE game = ? AND revision <= ?');

  const create = (id: string, { phase, atMs, expiresAtMs }: Append, nowMs: number): number => {
    games.sweep(nowMs);
    const key = { id, layout: 'current' } as const;
    games.remove(key);
    return games.insert(key, { rev: 1, phase, created: atMs, updated: atMs, expires: expiresAtMs ?? null });
  };

  const advance = ({ game }: GameRow, { phase, atMs, expiresAtMs }: Append, revision: number): number => {
    update.run(revision, phase, atMs, expiresAtMs ?? null, game);
    dropHeadParts.run(game);
    return game;
  };

  return {
    append(id: string, append: Append, nowMs: number): Appended {
      const row = games.find({ id, layout: 'current' }, nowMs);
      const actual = row ? revisionIn(row, id) : 0;
      if (actual !== append.expectedRevision) {
        return { kind: 'conflict', expected: append.expectedRevision, actual };
      }
      const revision = actual + 1;
      const game = row ? advance(row, append, revision) : create(id, append, nowMs);
      if (append.event) putEvent.run(game, revision, append.event);
      if (append.snapshot) {
        putSnapshot.run(game, revision, append.snapshot.bytes);
        trimSnapshots.run(game, append.snapshot.keep);
      }
      return { kind: 'committed', revision };
    },

    putSnapshot(id: string, snapshot: PutSnapshot, nowMs: number): SnapshotPut {
      const row = games.find({ id, layout: 'current' }, nowMs);
      if (!row) return { kind: 'refused', actual: 0 };
      const actual = revisionIn(row, id);
      if (actual < snapshot.revision) return { kind: 'refused', actual };
      putSnapshot.run(row.game, snapshot.revision, snapshot.bytes);
      trimSnapshots.run(row.game, snapshot.keep);
      dropEvents.run(row.game, snapshot.dropEventsThrough);
      return { kind: 'stored' };
    },
  };
}

function revisionIn({ rev }: GameRow, id: string): number {
  if (rev === null) throw damagedHead(id, 'rev');
  return rev;
}
