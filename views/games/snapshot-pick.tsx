import { Box } from 'ink';
import { formatAge, formatBytes } from '../../src/base/units.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameView, SnapshotRow } from '../../src/games/game-view.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { type ColumnWish, columnCells, keptColumns } from '../layout.ts';
import { piece } from '../line.ts';
import { Table, type TableCell } from '../part/table.tsx';
import { Line } from '../part/text.tsx';
import { useShell } from '../shell.ts';

interface SnapshotPickProps {
  readonly view: GameView;
  readonly onPick: (revision: number) => void;
  readonly onCancel: () => void;
}

interface SnapshotColumn extends ColumnWish {
  readonly cell: (row: SnapshotRow, nowMs: number) => TableCell;
}

const wishes: readonly SnapshotColumn[] = [
  { title: 'revision', cells: 9, cell: ({ revision }) => ({ text: String(revision) }) },
  {
    title: 'age',
    cells: 8,
    align: 'right',
    cell: ({ atMs }, now) => ({ text: atMs === undefined ? '?' : formatAge(now - atMs) }),
  },
  {
    title: 'size',
    cells: 9,
    align: 'right',
    drop: 2,
    cell: ({ sizeBytes }) => ({ text: formatBytes(sizeBytes) }),
  },
  { title: 'trigger', cells: 12, drop: 1, cell: ({ trigger = '?' }) => ({ text: trigger }) },
  {
    title: 'phase',
    cells: 12,
    grows: true,
    cell: ({ phase = '?', problem }) =>
      problem === undefined ? { text: phase } : { text: `damaged: ${problem}`, tone: 'bad' },
  },
];

/** Newest first. A damaged one can be picked too: the state may be rebuilt from what is before it. */
export function SnapshotPick({ view, onPick, onCancel }: SnapshotPickProps) {
  const { frame } = useShell();
  const now = useNow();
  const rows = view.snapshots.toReversed();
  const height = frame.contentRows - 1;
  const list = useList(rows.length, height);
  const selected = rows[list.selected];
  useKeys('modal', {
    rows: [
      ...list.rows,
      {
        keys: ['enter'],
        what: 'preview',
        disabled: selected ? undefined : 'there is no snapshot',
        run: () => selected && onPick(selected.revision),
      },
      { keys: ['esc'], what: 'back', run: onCancel },
    ],
  });
  const cells = frame.columns - 2;
  const columns = columnCells(keptColumns(wishes, cells), cells);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Line
        of={[
          piece('RECOVER  ', 'accent', true),
          piece(`${idText(view.row.id)} from which snapshot?`, 'plain', true),
        ]}
      />
      <Table
        columns={columns}
        rows={rows}
        cellsOf={(row) => columns.map(({ cell }) => cell(row, now))}
        selected={list.selected}
        height={height}
      />
    </Box>
  );
}
