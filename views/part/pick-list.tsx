import { Box } from 'ink';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { type ColumnWish, columnCells, keptColumns } from '../layout.ts';
import { cutLine, type Line as LineData, piece, wrap } from '../line.ts';
import { useShell } from '../shell.ts';
import { Table, type TableCell } from './table.tsx';
import { Lines } from './text.tsx';

export interface PickColumn<Row> extends ColumnWish {
  readonly cell: (row: Row) => TableCell;
}

interface PickListProps<Row> {
  readonly mark: string;
  readonly question: string;
  readonly columns: readonly PickColumn<Row>[];
  readonly rows: readonly Row[];
  /** What Enter does, and what is said where there is no row. */
  readonly what: string;
  readonly none: string;
  /** Enter changes the target, or begins something that does. */
  readonly changesTarget?: boolean;
  readonly onPick: (row: Row) => void;
  readonly onCancel: () => void;
}

/** One of several, before anything happens. */
export function PickList<Row>(props: PickListProps<Row>) {
  const { mark, question, columns, rows, what, none, changesTarget = false, onPick, onCancel } = props;
  const { frame, theme } = useShell();
  const cells = frame.columns - 2;
  const asked = wrap(question, Math.max(1, cells - mark.length - 2)).slice(0, frame.form === 'plain' ? 1 : 3);
  const head: readonly LineData[] = [
    ...asked.map((text, row) => [
      piece(row === 0 ? `${mark}  ` : ' '.repeat(mark.length + 2), 'accent', true),
      piece(text, 'plain', row === 0),
    ]),
    ...(rows.length === 0 ? [[piece(none, 'warn' as const)]] : []),
  ];
  const height = frame.contentRows - head.length;
  const list = useList(rows.length, height);
  const selected = rows[list.selected];
  useKeys('modal', {
    rows: [
      ...list.rows,
      {
        keys: ['enter'],
        what,
        changesTarget,
        disabled: selected === undefined ? none : undefined,
        run: () => selected !== undefined && onPick(selected),
      },
      { keys: ['esc'], what: 'back', run: onCancel },
    ],
  });
  const shown = columnCells(keptColumns(columns, cells), cells);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={head.map((line) => cutLine(line, cells, theme.glyphs.ellipsis))} />
      {rows.length > 0 && (
        <Table
          columns={shown}
          rows={rows}
          cellsOf={(row) => shown.map(({ cell }) => cell(row))}
          selected={list.selected}
          height={height}
        />
      )}
    </Box>
  );
}
