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
/** The verdict and where one is; what is at stake and what kind of session it is. */
const plainHeaderRows = 2;
/** One for what is said or typed, one for the keys. */
const footerRows = 2;

export interface Frame {
  readonly form: Form;
  readonly columns: number;
  /** Rows between header and footer. */
  readonly contentRows: number;
}

export function frameOf({ columns, rows }: Size): Frame {
  if (columns < 60 || rows < 15) {
    return { form: 'plain', columns, contentRows: Math.max(0, rows - plainHeaderRows - footerRows) };
  }
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
  /** Widths of the panels in each row; each row's add up to the width. */
  readonly rows: readonly { readonly height: number; readonly widths: readonly number[] }[];
}

const widestPanel = 50;
/** A panel without a chart: its edges and five lines. */
const textRows = 7;

/**
 * Panels with a chart side by side, as equal as whole cells allow; below them, in a lower row, those that are only
 * text.
 */
export function gridOf(charts: number, texts: number, { columns, rows }: Size): Grid {
  const perRow = Math.max(1, Math.ceil(columns / widestPanel));
  const chartRows = Math.ceil(charts / perRow);
  const heights = share(Math.max(0, rows - textRows), chartRows);
  return {
    rows: [
      ...heights.map((height, row) => ({
        height,
        widths: share(columns, Math.min(perRow, charts - row * perRow)),
      })),
      { height: textRows, widths: share(columns, texts) },
    ],
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
export function overviewRooms({ form, columns, contentRows }: Frame): { reasonRows: number; figures: Size } {
  const reasonRows =
    form === 'grid'
      ? Math.min(8, Math.floor(contentRows / 6))
      : Math.min(4, Math.max(2, contentRows - figureRows));
  return { reasonRows, figures: { columns, rows: contentRows - reasonRows } };
}

export interface ColumnWish {
  readonly title: string;
  /** At least. */
  readonly cells: number;
  /** Takes a share of what is left over. */
  readonly grows?: boolean;
  readonly align?: 'left' | 'right';
  readonly keepsEnd?: boolean;
  /** Left out when there is no room, the highest first; without it the column always stays. */
  readonly drop?: number;
}

/** Cells before each column: the distance to the one before, or the mark. */
const columnGap = 2;

const wishedCells = (wishes: readonly ColumnWish[]) =>
  wishes.reduce((sum, { cells }) => sum + cells + columnGap, 0);

/** Which columns of a table are shown in so many cells. */
export function keptColumns<T extends ColumnWish>(wishes: readonly T[], cells: number): readonly T[] {
  const next = wishes.reduce<T | undefined>(
    (worst, wish) => (wish.drop !== undefined && wish.drop > (worst?.drop ?? 0) ? wish : worst),
    undefined,
  );
  if (wishedCells(wishes) <= cells || !next) return wishes;
  return keptColumns(
    wishes.filter((wish) => wish !== next),
    cells,
  );
}

/** The columns with their final widths; those that grow share what is left, the widest give up what is missing. */
export function columnCells<T extends ColumnWish>(wishes: readonly T[], cells: number): readonly T[] {
  const growing = wishes.filter(({ grows }) => grows).length;
  const shares = share(Math.max(0, cells - wishedCells(wishes)), Math.max(1, growing));
  let index = 0;
  const grown = wishes.map((wish) => {
    if (!wish.grows) return wish;
    const cells = wish.cells + (shares[index] ?? 0);
    index += 1;
    return { ...wish, cells };
  });
  return narrowed(grown, cells);
}

const narrowestColumn = 3;

/** Cut to fit here: a row that is too wide would lose the space between its columns. */
function narrowed<T extends ColumnWish>(columns: readonly T[], cells: number): readonly T[] {
  const widest = columns.reduce<T | undefined>(
    (most, column) => (column.cells > (most?.cells ?? narrowestColumn) ? column : most),
    undefined,
  );
  if (wishedCells(columns) <= cells || !widest) return columns;
  return narrowed(
    columns.map((column) => (column === widest ? { ...column, cells: column.cells - 1 } : column)),
    cells,
  );
}

export interface WalkRoom {
  /** One below the other: too narrow for three columns. */
  readonly stacked: boolean;
  readonly rows: number;
  readonly path: number;
  readonly node: number;
  readonly evidence: number;
  readonly gap: number;
}

/** The way here on the left, the node in the middle, the evidence on the right, where there is room. */
export function walkRoom(cells: number, rows: number): WalkRoom {
  if (cells < 110) return { stacked: true, rows, path: cells, node: cells, evidence: cells, gap: 0 };
  const gap = 3;
  const path = Math.floor(cells * 0.25);
  const evidence = Math.floor(cells * 0.35);
  return { stacked: false, rows, path, evidence, gap, node: cells - path - evidence - 2 * gap };
}
