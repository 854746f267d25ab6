import { Box } from 'ink';
import type { Runbook } from '../../src/runbook/runbook.ts';
import { filtered, noneMatches } from '../filter.ts';
import { useFeed } from '../hook/use-feed.ts';
import { useFilter } from '../hook/use-filter.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useLoaded } from '../hook/use-loaded.ts';
import { type ColumnWish, columnCells, keptColumns } from '../layout.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { FilterLine } from '../part/filter-line.tsx';
import { Table, type TableCell } from '../part/table.tsx';
import { Lines } from '../part/text.tsx';
import { UntilLoaded } from '../part/until-loaded.tsx';
import { useShell } from '../shell.ts';

/** The runbooks there are; the one that the verdict names is marked. */
export function Runbooks() {
  const { ports } = useShell();
  const loading = useLoaded(ports.runbooks.list);
  return (
    <UntilLoaded loading={loading} what="Reading the runbooks" failure="The runbooks could not be read">
      {(all) => <RunbookTable all={all} />}
    </UntilLoaded>
  );
}

/** Rows below the table for what the selected runbook is about, where there is room for them. */
const fullSummaryRows = 4;

interface RunbookColumn extends ColumnWish {
  readonly cell: (runbook: Runbook, named: string | undefined) => TableCell;
}

const runbookColumns: readonly RunbookColumn[] = [
  { title: 'runbook', cells: 24, cell: ({ id }) => ({ text: id }) },
  { title: 'title', cells: 24, grows: true, drop: 1, cell: ({ title }) => ({ text: title }) },
  {
    title: 'named by',
    cells: 12,
    cell: ({ id }, named) => (id === named ? { text: 'this verdict', tone: 'warn' } : { text: '' }),
  },
];

function RunbookTable({ all }: { readonly all: readonly Runbook[] }) {
  const { ports, frame, open } = useShell();
  const filter = useFilter();
  const named = useFeed(ports.feeds.status).last?.value.runbook;
  const runbooks = filtered(all, filter.text, ({ id, title, summary }) => `${id} ${title} ${summary}`);
  const summaryRows = frame.form === 'plain' ? 0 : fullSummaryRows;
  const height = frame.contentRows - summaryRows - 1;
  const list = useList(runbooks.length, height);
  const selected = runbooks[list.selected];
  useKeys('screen', {
    rows: [
      ...list.rows,
      filter.row,
      {
        keys: ['enter'],
        what: 'walk it',
        disabled: selected ? undefined : 'no runbook is selected',
        run: () => selected && open({ screen: 'walk', subject: selected.id }),
      },
    ],
  });
  const cells = frame.columns - 2;
  const columns = columnCells(keptColumns(runbookColumns, cells), cells);
  const cellsOf = (runbook: Runbook) => columns.map(({ cell }) => cell(runbook, named));
  return (
    <Box flexDirection="column" paddingX={1}>
      <FilterLine filter={filter} otherwise={noneLine(all.length, runbooks.length, filter.text)} />
      {runbooks.length > 0 && (
        <Table columns={columns} rows={runbooks} cellsOf={cellsOf} selected={list.selected} height={height} />
      )}
      <Lines
        of={['', ...wrap(selected?.summary ?? '', cells)]
          .slice(0, summaryRows)
          .map((text) => [piece(text, 'quiet')])}
      />
    </Box>
  );
}

function noneLine(all: number, shown: number, filter: string): LineData {
  if (all === 0) return [piece('There is no runbook.', 'warn')];
  return shown === 0 ? noneMatches(`${all} runbooks`, filter) : [];
}
