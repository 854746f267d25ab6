import type { Backend, Census } from '../backend/port.ts';
import { isLoss } from './protection.ts';

/**
 * How many of the games that a scan found are in storage no longer, where they are so many that it has lost them: one that
 * starts again without them ends the scan early, and the archive would look whole. Counted where a count costs little.
 */
export async function countGone(backend: Backend, found: number, signal?: AbortSignal): Promise<number> {
  const rough = await backend.roughCensus?.(signal);
  if (!rough || !isLoss(found - gamesOf(rough), found)) return 0;
  const gone = found - gamesOf(await backend.census(signal));
  return isLoss(gone, found) ? gone : 0;
}

const gamesOf = ({ games }: Census): number => games.reduce((sum, { count }) => sum + count, 0);
