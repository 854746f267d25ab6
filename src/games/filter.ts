import { globOf } from '../game/id-glob.ts';
import type { GameFilter, GameRow } from './game-view.ts';

/** What a row must be like to be listed, but for its problems. */
export function createMatcher(filter: GameFilter, nowMs: number): (row: GameRow) => boolean {
  const { phases, olderThanMs, youngerThanMs, minBytes, layout } = filter;
  const wanted = phases?.map((phase) => phase.toUpperCase());
  const ids = filter.idPattern === undefined ? undefined : globOf(filter.idPattern);
  return (row) => {
    const ageMs = row.updatedAtMs === undefined ? undefined : nowMs - row.updatedAtMs;
    return (
      (layout === undefined || row.layout === layout) &&
      (ids === undefined || ids(row.id)) &&
      (wanted === undefined || (row.phase !== undefined && wanted.includes(row.phase.toUpperCase()))) &&
      (olderThanMs === undefined || (ageMs !== undefined && ageMs > olderThanMs)) &&
      (youngerThanMs === undefined || (ageMs !== undefined && ageMs <= youngerThanMs)) &&
      (minBytes === undefined || (row.sizeBytes !== undefined && row.sizeBytes >= minBytes))
    );
  };
}
