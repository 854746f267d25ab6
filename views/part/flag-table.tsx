import type { FleetFlags } from '../../src/flags/store.ts';
import { type FlagName, flagNames } from '../../src/platform/flags.ts';
import { formatFlag, shortFlagNames, shortServer, summariseFlags } from '../flag-summary.ts';
import { type ColumnWish, columnCells, type Frame, keptColumns } from '../layout.ts';
import { endsOf, type Line as LineData, packed, piece } from '../line.ts';
import type { Age } from '../readings.ts';
import { useShell } from '../shell.ts';
import { Table, type TableCell } from './table.tsx';
import { Lines } from './text.tsx';

interface FlagTableProps {
  readonly flags: FleetFlags | undefined;
  readonly age: Age;
  readonly selected: number;
  /** Of the whole, what the servers agree on included. */
  readonly height: number;
}

/** What the servers agree on, then each server in a row. */
export function FlagTable({ flags, age, selected, height }: FlagTableProps) {
  const { theme, frame } = useShell();
  const cells = frame.columns - 2;
  const head = headLines(flags, age, frame, theme.glyphs.ellipsis);
  const wide = cells >= 110;
  const wishes: readonly FlagColumn[] = [
    { title: 'server', cells: 16, grows: true, cell: ({ server }) => ({ text: shortServer(server) }) },
    ...flagNames.map((flag, index) => ({
      title: wide ? flag : shortFlagNames[flag],
      cells: wide ? 22 : 11,
      // The first stays.
      drop: index,
      cell: (row: ServerFlags) => flagCell(row, flag, age),
    })),
  ];
  const columns = columnCells(keptColumns(wishes, cells), cells);
  const rows = flags?.servers ?? [];
  return (
    <>
      <Lines of={head} />
      {rows.length > 0 && (
        <Table
          columns={columns}
          rows={rows}
          cellsOf={(row) => columns.map(({ cell }) => cell(row))}
          selected={selected}
          height={height - head.length}
        />
      )}
    </>
  );
}

type ServerFlags = FleetFlags['servers'][number];

interface FlagColumn extends ColumnWish {
  readonly cell: (row: ServerFlags) => TableCell;
}

function flagCell(row: ServerFlags, flag: FlagName, age: Age): TableCell {
  if ('fault' in row) return { text: 'not read', tone: 'warn' };
  const value = row.flags[flag];
  const full = value.enabled && value.percentage === 100;
  return { text: formatFlag(value), tone: age.stale ? 'quiet' : full ? 'good' : 'warn' };
}

/** What every server agrees on is never cut: where rows are short the title goes instead. */
function headLines(
  flags: FleetFlags | undefined,
  age: Age,
  { columns, form }: Frame,
  ellipsis: string,
): readonly LineData[] {
  const cells = columns - 2;
  const agreed = flags ? summariseFlags(flags) : [];
  const asOf = [piece(age.text, age.stale ? ('warn' as const) : ('quiet' as const))];
  if (form === 'plain') {
    const items = agreed.map(({ text, tone }) => piece(text, age.stale ? 'quiet' : tone));
    const lines = packed(items, cells);
    return lines.map((line, row) => (row === lines.length - 1 ? endsOf(line, asOf, cells, ellipsis) : line));
  }
  return [
    endsOf([piece('Flags on every server', 'plain', true)], asOf, cells, ellipsis),
    [
      piece('all: ', 'quiet'),
      ...agreed.map(({ text, tone }) => piece(`${text}  `, age.stale ? 'quiet' : tone)),
    ],
    [],
  ];
}
