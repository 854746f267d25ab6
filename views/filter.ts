import { type Line, piece } from './line.ts';

/** The `/` filter of lists: rows that hold the text; with `!` in front, rows that do not. Case does not matter. */
export function filtered<T>(rows: readonly T[], filter: string, textOf: (row: T) => string): readonly T[] {
  const inverse = filter.startsWith('!');
  const wanted = (inverse ? filter.slice(1) : filter).trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter((row) => textOf(row).toLowerCase().includes(wanted) !== inverse);
}

/** Instead of an empty list. @param rows how many there are, like `12 games` */
export const noneMatches = (rows: string, filter: string): Line => [
  piece(`None of ${rows} matches /${filter}`, 'warn'),
  piece('  / changes it', 'quiet'),
];
