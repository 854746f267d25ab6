import type { GameOutcome } from '../action/bulk.ts';
import type { RecordRead } from '../backend/port.ts';
import { foundIn, readOne } from '../backend/record-reads.ts';
import type { PlannedCopy } from './copy-decision.ts';
import type { Sides } from './sides.ts';

/** The secondary is read first: whatever comes there after that is found by the comparison, and not replaced. */
export async function copyGame(
  { primary, secondary }: Sides,
  game: PlannedCopy,
  signal: AbortSignal,
): Promise<GameOutcome> {
  const there = await readOne(secondary, game, signal);
  const here = await readOne(primary, game, signal);
  const found = foundIn(there);
  // A dual write has brought it.
  if (found === foundIn(here)) return { kind: 'unchanged' };
  if (found !== game.found || here.kind !== 'record') return { kind: 'moved' };
  if (!game.lowers && isOlder(here, there)) return { kind: 'moved' };
  const { kind } = await secondary.replaceRecord(here.record, found, signal);
  return { kind: kind === 'written' ? 'done' : 'moved' };
}

function isOlder(here: RecordRead, there: RecordRead): boolean {
  const revision = (read: RecordRead) => (read.kind === 'record' ? (read.record.revision ?? 0) : 0);
  return revision(here) < revision(there);
}
