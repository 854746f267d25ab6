import type { RecordHead } from '../backend/record-head.ts';
import { globOf } from '../game/id-glob.ts';
import type { ArchiveFilter, GameWhere } from './archive-list.ts';

/** `undated`: it is asked for by its age, and nobody knows that. */
export type Selected = 'kept' | 'completed' | 'filtered' | 'undated';

/** Whether a game goes into an archive; each is exactly one of these. */
export function createSelection({ includeCompleted, where }: ArchiveFilter): (head: RecordHead) => Selected {
  const isWanted = where ? createWanted(where) : () => true;
  const goesByAge = where?.changedBeforeMs !== undefined || where?.changedSinceMs !== undefined;
  return (head) => {
    if (!isWanted(head)) return 'filtered';
    if (goesByAge && head.updatedAtMs === undefined) return 'undated';
    return !includeCompleted && head.phase === 'GAME_OVER' ? 'completed' : 'kept';
  };
}

function createWanted({ phases, changedBeforeMs, changedSinceMs, idPattern, layout }: GameWhere) {
  const wanted = phases?.map((phase) => phase.toUpperCase());
  const ids = idPattern === undefined ? undefined : globOf(idPattern);
  return ({ id, phase, updatedAtMs, layout: found }: RecordHead) =>
    (layout === undefined || found === layout) &&
    (ids === undefined || ids(id)) &&
    (wanted === undefined || (phase !== undefined && wanted.includes(phase.toUpperCase()))) &&
    (changedBeforeMs === undefined || updatedAtMs === undefined || updatedAtMs < changedBeforeMs) &&
    (changedSinceMs === undefined || updatedAtMs === undefined || updatedAtMs >= changedSinceMs);
}
