/** Rows of `games`: finding, making and clearing them. An expired game counts as absent everywhere. */
import type { DatabaseSync } from 'node:sqlite';
import type { Layout, RecordKey } from '../../game/record.ts';

export interface GameRow {
  /** Key of the rows that belong to this game. */
  readonly game: number;
  readonly rev: number | null;
  readonly phase: string | null;
  readonly created: number | null;
  readonly updated: number | null;
  readonly expires: number | null;
}

/** Expired games removed for each game that is created: enough to keep up, too few to be felt. */
const sweptPerCreation = 10;

export function openGames(db: DatabaseSync) {
  const find = db.prepare(
    `SELECT game, rev, phase, created, updated, expires FROM games
     WHERE id = ? AND layout = ? AND (expires IS NULL OR expires > ?)`,
  );
  const remove = db.prepare('DELETE FROM games WHERE id = ? AND layout = ?');
  const sweep = db.prepare(
    'DELETE FROM games WHERE game IN (SELECT game FROM games WHERE expires <= ? ORDER BY expires LIMIT ?)',
  );
  const insert = db.prepare(
    `INSERT INTO games (id, layout, rev, phase, created, updated, expires)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING game`,
  );
  const page = db.prepare(
    `SELECT id, layout FROM games WHERE (id, layout) > (?, ?) AND (expires IS NULL OR expires > ?)
     ORDER BY id, layout LIMIT ?`,
  );
  return {
    find({ id, layout }: RecordKey, nowMs: number): GameRow | undefined {
      // The columns are those of GameRow, in a STRICT table.
      return find.get(id, layout, nowMs) as GameRow | undefined;
    },
    /** Expired or not, with everything that belongs to it. */
    remove({ id, layout }: RecordKey): void {
      remove.run(id, layout);
    },
    insert({ id, layout }: RecordKey, row: Omit<GameRow, 'game'>): number {
      return Number(insert.get(id, layout, row.rev, row.phase, row.created, row.updated, row.expires)?.game);
    },
    sweep(nowMs: number): void {
      sweep.run(nowMs, sweptPerCreation);
    },
    /** In the order of (id, layout), so a game that is replaced meanwhile keeps its place. */
    page(after: RecordKey | undefined, limit: number, nowMs: number): RecordKey[] {
      const rows = page.all(after?.id ?? '', after?.layout ?? '', nowMs, limit);
      return rows.map(({ id, layout }) => ({ id: String(id), layout: layout as Layout }));
    },
  };
}

export type Games = ReturnType<typeof openGames>;
