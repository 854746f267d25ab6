import type { DatabaseSync } from 'node:sqlite';
import type { Layout } from '../../game/record.ts';
import { createPhaseTally } from '../phase-tally.ts';
import type { Census } from '../port.ts';

export function openCensus(db: DatabaseSync) {
  const games = db.prepare(
    `SELECT layout, COALESCE(games.phase, CAST(parts.value AS TEXT)) AS phase, COUNT(*) AS count
     FROM games LEFT JOIN parts
       ON parts.game = games.game AND games.phase IS NULL AND parts.name = CAST('phase' AS BLOB)
     WHERE expires IS NULL OR expires > ?
     GROUP BY 1, 2`,
  );
  const snapshots = db.prepare(
    'SELECT COUNT(*) AS count FROM snapshots JOIN games USING (game) WHERE expires IS NULL OR expires > ?',
  );
  // Expired games that are not swept yet still take their place.
  const bytes = db.prepare(
    `SELECT (SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM events) AS events,
            (SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM snapshots) AS snapshots,
            (SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count)
              * (SELECT page_size FROM pragma_page_size) AS total`,
  );

  return (nowMs: number): Census => {
    const tally = createPhaseTally();
    for (const { layout, phase, count } of games.all(nowMs)) {
      tally.add(layout as Layout, phase === null ? undefined : String(phase), Number(count));
    }
    const used = bytes.get();
    const events = Number(used?.events);
    const ofSnapshots = Number(used?.snapshots);
    return {
      atMs: nowMs,
      games: tally.list(),
      snapshots: Number(snapshots.get(nowMs)?.count),
      usedBytes: {
        events,
        snapshots: ofSnapshots,
        heads: Math.max(0, Number(used?.total) - events - ofSnapshots),
      },
      limitBytes: undefined,
    };
  };
}
