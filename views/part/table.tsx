import { Box } from 'ink';
import { createContext, type ReactNode, use } from 'react';
import { windowAround } from '../layout.ts';
import { cutMiddle, padTo, piece } from '../line.ts';
import { useShell } from '../shell.ts';
import type { Tone } from '../theme.ts';
import { InkTable } from './ink-table.ts';
import { Line, Text } from './text.tsx';

export interface TableColumn {
  readonly title: string;
  readonly cells: number;
  readonly align?: 'left' | 'right';
  /** What is too long is cut in its middle. */
  readonly keepsEnd?: boolean;
}

export interface TableCell {
  readonly text: string;
  readonly tone?: Tone;
}

interface TableProps<Row> {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  /** One for each column; asked only for the rows in view, so a list may be as long as it likes. */
  readonly cellsOf: (row: Row) => readonly TableCell[];
  /** Index of the row in front; undefined when rows cannot be selected. */
  readonly selected: number | undefined;
  /** Rows on the screen, the heading and the line that counts included. */
  readonly height: number;
}

interface Shown extends Pick<TableProps<unknown>, 'columns' | 'selected' | 'height'> {
  readonly from: number;
  readonly cells: readonly (readonly TableCell[])[];
}

const TableContext = createContext<Shown | undefined>(undefined);

/** A window of the rows around the selection, drawn by ink-table. */
export function Table<Row>({ rows, cellsOf, selected, columns, height }: TableProps<Row>) {
  const visible = visibleRows(rows.length, height);
  const { from, to } = windowAround(rows.length, selected ?? 0, visible);
  // ink-table tells a cell only its column and its text: the text is the number of its row, the cell looks up the rest.
  const names = columns.map((_, column) => String(column));
  const data = Array.from({ length: to - from }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, String(from + row)])),
  );
  const hidden = rows.length > visible ? `${from + 1} to ${to} of ${rows.length}` : '';
  return (
    <TableContext value={{ columns, selected, height, from, cells: rows.slice(from, to).map(cellsOf) }}>
      <Box flexDirection="column">
        <InkTable data={data} columns={names} cell={Cell} header={Heading} skeleton={Skeleton} />
        {!isTight(height) && hidden !== '' && <Line of={[piece(hidden, 'quiet')]} />}
      </Box>
    </TableContext>
  );
}

/** Too low for anything but rows. */
const isTight = (height: number) => height < 3;

/** Without the heading and, where rows are hidden, the line that counts them. */
function visibleRows(length: number, height: number): number {
  if (isTight(height)) return Math.max(1, height);
  return length <= height - 1 ? height - 1 : height - 2;
}

function useTable(): Shown {
  const shown = use(TableContext);
  if (!shown) throw new Error('A cell was rendered outside its table');
  return shown;
}

interface CellProps {
  readonly column: number;
  readonly children?: ReactNode;
}

function Cell({ column, children }: CellProps) {
  const { columns, cells: shown, from, selected } = useTable();
  const { ellipsis, selected: mark } = useShell().theme.glyphs;
  const row = Number(String(children).trim());
  const { text, tone } = shown[row - from]?.[column] ?? { text: '', tone: undefined };
  const shape = columns[column];
  if (!shape) return null;
  // The first column has room for the mark where others have their distance.
  const before = column === 0 && row === selected ? `${mark} ` : '  ';
  const whole = shape.keepsEnd ? cutMiddle(text, shape.cells, ellipsis) : text;
  const cells = padTo(whole, shape.cells, shape.align, ellipsis);
  return (
    <Text
      tone={row === selected && (tone === undefined || tone === 'plain') ? 'accent' : tone}
      bold={row === selected}
    >
      {`${before}${cells}`}
    </Text>
  );
}

function Heading({ children }: { readonly children?: ReactNode }) {
  const table = useTable();
  const { columns } = table;
  const { ellipsis } = useShell().theme.glyphs;
  const column = Number(String(children).trim());
  const shape = columns[column];
  if (!shape || isTight(table.height)) return null;
  return <Text tone="quiet">{`  ${padTo(shape.title, shape.cells, shape.align, ellipsis)}`}</Text>;
}

/** No frame: rows stay one line high, and aligned columns need no rules between them. */
function Skeleton(): ReactNode {
  return null;
}
