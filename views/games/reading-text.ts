import { type Line, piece } from '../line.ts';
import { ageOf } from '../readings.ts';
import type { GameReading } from './use-game.ts';

/** A game goes on while it is looked at: what was read this long ago is old. */
const freshForMs = 30_000;

/** How old what is shown of a game is, and why it is not newer. */
export function readingAge({ atMs, reading, fault, gone }: GameReading, nowMs: number): Line {
  if (atMs === undefined) return [];
  const { text, stale } = ageOf(atMs, nowMs, {
    failed: fault !== undefined || gone,
    intervalMs: freshForMs / 3,
  });
  const why = gone ? 'GONE now, ' : fault ? `${fault.message}, ` : '';
  return [
    piece(why, 'bad'),
    piece(reading ? 'reading  ' : '', 'accent'),
    piece(stale ? text : `as of ${text} ago`, stale ? 'warn' : 'quiet'),
  ];
}
