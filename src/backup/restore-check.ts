import type { Check } from '../action/action.ts';
import type { Backend, RecordRead } from '../backend/port.ts';
import { foundIn, readInBatches } from '../backend/record-reads.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import { isLeftAlone, isRemoved, type PlannedGame } from './restore-decision.ts';
import type { RestoreDetail } from './restore-plan.ts';

/** The target should hold it as the archive does. */
export const isCompared = ({ does }: PlannedGame): boolean => does !== 'skip' && does !== 'delete';

/**
 * Reads back every game that the target should now hold as the archive does. One that was equal and left alone
 * counts while it still is; once it is another it is nothing that this restore answers for.
 */
export async function checkRestored(
  backend: Backend,
  { games, onExisting }: Pick<RestoreDetail, 'games' | 'onExisting'>,
  nowMs: number,
  progressed: () => void,
  signal?: AbortSignal,
): Promise<Check> {
  const name = 'Games equal to the archive';
  const compared = games.filter(isCompared);
  const other: string[] = [];
  const movedOn: string[] = [];
  let playedOn = 0;
  for await (const batch of readInBatches(backend, [compared], signal)) {
    progressed();
    for (const { key, read } of batch) {
      if (foundIn(read) === key.archived || hasExpired(key, read, nowMs)) continue;
      if (isLeftAlone(key, onExisting)) playedOn++;
      else (hasMovedOn(key, read) ? movedOn : other).push(gameLabel(key));
    }
  }
  const due = compared.length - playedOn;
  const equal = due - other.length - movedOn.length;
  const skipped = games.filter(({ does }) => does === 'skip').length;
  const found = [
    due === 0 ? 'nothing was due' : `${equal} of ${gamesText(due)}`,
    other.length > 0 ? `not: ${namesOf(other)}` : '',
    movedOn.length > 0 ? `played on since: ${namesOf(movedOn)}` : '',
    playedOn > 0 ? `${playedOn} left alone and no longer equal` : '',
    skipped > 0 ? `${skipped} skipped as planned` : '',
  ];
  return {
    name,
    kind: other.length > 0 ? 'fail' : movedOn.length > 0 ? 'inconclusive' : 'pass',
    found: found.filter(Boolean).join('; '),
  };
}

/** Reads back that each game that was to be removed is there no more. */
export async function checkRemoved(
  backend: Backend,
  games: readonly PlannedGame[],
  progressed: () => void,
  signal?: AbortSignal,
): Promise<Check> {
  const removed = games.filter(isRemoved);
  const left: string[] = [];
  for await (const batch of readInBatches(backend, [removed], signal)) {
    progressed();
    for (const { key, read } of batch) if (read.kind !== 'absent') left.push(gameLabel(key));
  }
  const found = `${removed.length - left.length} of ${gamesText(removed.length)}`;
  const name = 'Games gone from storage';
  if (left.length === 0) return { name, kind: 'pass', found };
  return { name, kind: 'fail', found: `${found}; still there: ${namesOf(left)}` };
}

/** Somebody played it in the meantime: it was restored, and can no longer be compared. */
function hasMovedOn({ revision }: PlannedGame, read: RecordRead): boolean {
  const now = read.kind === 'record' ? read.record.revision : undefined;
  return revision !== undefined && now !== undefined && now > revision;
}

function hasExpired({ expiresAtMs }: PlannedGame, read: RecordRead, nowMs: number): boolean {
  return read.kind === 'absent' && expiresAtMs !== undefined && expiresAtMs <= nowMs;
}
