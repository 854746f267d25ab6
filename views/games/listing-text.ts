/** What the operator must know about a list of games before trusting it. */

import { formatElapsed, formatValue } from '../../src/base/units.ts';
import { noneMatches } from '../filter.ts';
import { shortServer } from '../flag-summary.ts';
import { type Line, piece } from '../line.ts';
import { ageOf } from '../readings.ts';
import type { GameListing } from './list.ts';
import { type GameOrder, orderWords } from './order.ts';

const count = (games: number) => `${formatValue(games, 'games')} ${games === 1 ? 'game' : 'games'}`;

interface Shown {
  readonly order: GameOrder;
  /** Rows that the filter leaves. */
  readonly shown: number;
  readonly nowMs: number;
}

/** Where the games are, how many, in which order; at the right how far a reading is and how old the rows are. */
export function listTitle(listing: GameListing, { order, shown, nowMs }: Shown): { left: Line; right: Line } {
  const { rows, complete, location, readsFrom } = listing;
  const of = shown === rows.length ? '' : `${formatValue(shown, 'games')} of `;
  return {
    left: [
      piece(`${of}${count(rows.length)}${complete || rows.length === 0 ? '' : ' so far'}`, 'plain', true),
      piece(`, ${orderWords(order)}`, 'quiet'),
      ...(readsFrom === 'replica' ? [piece('  from a REPLICA, which may be behind', 'warn', true)] : []),
      piece(location === undefined ? '' : `  in ${location}`, 'quiet'),
    ],
    right: [...readingPieces(listing, nowMs), ...agePieces(listing, nowMs)],
  };
}

function readingPieces({ reading }: GameListing, nowMs: number): Line {
  if (!reading) return [];
  return [piece(`${count(reading.games)} read, ${formatElapsed(nowMs - reading.sinceMs)}  `, 'accent')];
}

/** Games go on while a list of them is looked at. */
const freshForMs = 60_000;

function agePieces({ atMs, complete, fault }: GameListing, nowMs: number): Line {
  if (atMs === undefined || !complete) return [];
  const { text, stale } = ageOf(atMs, nowMs, {
    failed: fault !== undefined,
    intervalMs: freshForMs / 3,
  });
  return [piece(stale ? text : `as of ${text} ago`, stale ? 'warn' : 'quiet')];
}

/** The line below: what went wrong, or why there is nothing to see. */
export function belowTitle(
  listing: GameListing,
  shown: number,
  filterProblem: string | undefined,
  filter: string,
): Line {
  const { rows, fault, reading, complete, atMs, holds } = listing;
  if (fault && !reading) return [piece(`${failureWords(listing)}: ${fault.message}`, 'bad')];
  if (filterProblem !== undefined) return [piece(`Left out of the filter: ${filterProblem}`, 'warn')];
  if (rows.length === 0 && !complete) return [piece(atMs === undefined || reading ? 'reading' : '', 'quiet')];
  if (rows.length === 0) return [piece('There is no game.', 'warn')];
  if (shown === 0) return noneMatches(count(rows.length), filter);
  const silent = holds?.unasked.map(({ server }) => shortServer(server)) ?? [];
  return silent.length === 0 ? [] : [piece(`Not asked what they hold still: ${silent.join(', ')}`, 'warn')];
}

function failureWords({ complete, rows }: GameListing): string {
  if (rows.length === 0) return 'The games could not be read';
  return complete ? 'Not read anew' : 'Not all could be read, r reads again';
}
