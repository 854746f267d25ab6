/** Where things go, from the size of the terminal alone. Everything that depends on room is decided here. */

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * `plain`: too small for anything but the verdict and its reasons. `rows`: one line a figure. `grid`: a box a panel.
 */
export type Form = 'plain' | 'rows' | 'grid';

/** Two lines of verdict, one of screens. */
const headerRows = 3;
/** One for what is said or typed, one for the keys. */
const footerRows = 2;

export interface Frame {
  readonly form: Form;
  readonly columns: number;
  /** Rows between header and footer. */
  readonly contentRows: number;
}

export function frameOf({ columns, rows }: Size): Frame {
  if (columns < 60 || rows < 15) return { form: 'plain', columns, contentRows: Math.max(0, rows - 3) };
  const contentRows = rows - headerRows - footerRows;
  return { form: columns >= 120 && rows >= 36 ? 'grid' : 'rows', columns, contentRows };
}

/** Cells of the columns of a figure's row; they add up to the width with one cell of margin at each end. */
export interface RowColumns {
  readonly title: number;
  readonly value: number;
  readonly chart: number;
  readonly note: number;
  readonly age: number;
}

/** Two cells between columns, four times. */
const gaps = 8;

export function rowColumns(columns: number): RowColumns {
  const [title, value, age] = [12, 9, 10];
  const rest = Math.max(0, columns - 2 - gaps - title - value - age);
  const note = Math.min(24, Math.max(15, Math.floor(rest * 0.4)));
  return { title, value, age, note, chart: Math.max(0, rest - note) };
}

export interface Grid {
  readonly perRow: number;
  /** Width of each panel in a row; they add up to the width. */
  readonly widths: readonly number[];
  /** Height of each row of panels. */
  readonly heights: readonly number[];
}

const widestPanel = 50;

/** Panels side by side, as equal as whole cells allow; the first ones take what is left over. */
export function gridOf(panels: number, { columns, rows }: Size): Grid {
  const perRow = Math.max(1, Math.min(panels, Math.ceil(columns / widestPanel)));
  return {
    perRow,
    widths: share(columns, perRow),
    heights: share(rows, Math.ceil(panels / perRow)),
  };
}

function share(total: number, parts: number): readonly number[] {
  const each = Math.floor(total / parts);
  return Array.from({ length: parts }, (_, index) => each + (index < total - each * parts ? 1 : 0));
}

/** The part of a list to show: at most `rows` long, holding the selection, moving no more than it must. */
export function windowAround(length: number, selected: number, rows: number): { from: number; to: number } {
  if (length <= rows) return { from: 0, to: length };
  const from = Math.min(Math.max(0, selected - Math.floor(rows / 2)), length - rows);
  return { from, to: from + Math.max(0, rows) };
}

/** Figures and details of the Overview with the line of their time axis. */
const figureRows = 14;

/** The reasons keep their rows when there are none, so that figures never move. */
export function overviewRooms({ columns, contentRows }: Frame): { reasonRows: number; figures: Size } {
  const reasonRows = Math.min(4, Math.max(2, contentRows - figureRows));
  return { reasonRows, figures: { columns, rows: contentRows - reasonRows } };
}
