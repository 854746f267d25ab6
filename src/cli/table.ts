import stringWidth from 'fast-string-width';
import { safeLine } from '../base/safe-text.ts';

/** Rows as aligned lines, two spaces between columns. Cells are made safe first, so that widths are true. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((row) => row.map(safeLine));
  const columns = safe.reduce((most, { length }) => Math.max(most, length), 0);
  const widths = Array.from({ length: columns }, (_, column) =>
    columnWidth(safe.flatMap((row) => (row[column] === undefined ? [] : [stringWidth(row[column])]))),
  );
  return safe.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
      .join('  ')
      .trimEnd(),
  );
}

const widest = 64;

/** One id of 300 characters would push every other row off the screen: it pushes only the rest of its own. */
function columnWidth(cells: readonly number[]): number {
  const inOrder = cells.toSorted((a, b) => a - b);
  const usual = inOrder[inOrder.length >> 1] ?? 0;
  return inOrder.findLast((cell) => cell <= Math.max(widest, 2 * usual)) ?? 0;
}
