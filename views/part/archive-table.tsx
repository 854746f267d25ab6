import { Box } from 'ink';
import type { ArchiveListing, ArchiveRow } from '../../src/backup/archive-list.ts';
import { Fault } from '../../src/base/fault.ts';
import type { FeedState } from '../../src/base/feed.ts';
import { formatAge, formatBytes, formatValue } from '../../src/base/units.ts';
import { filtered, noneMatches } from '../filter.ts';
import type { Filter } from '../hook/use-filter.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { useRefreshKey } from '../hook/use-refresh.ts';
import { type ColumnWish, columnCells, keptColumns } from '../layout.ts';
import { endsOf, type Line as LineData, piece } from '../line.ts';
import { feedAge, feedProblem } from '../readings.ts';
import { useShell } from '../shell.ts';
import { FilterLine } from './filter-line.tsx';
import { Table, type TableCell } from './table.tsx';
import { Line } from './text.tsx';

interface ArchiveTableProps {
  readonly state: FeedState<ArchiveListing>;
  readonly filter: Filter;
  readonly onCreate: () => void;
  readonly onValidate: (archive: ArchiveRow) => void;
  readonly onRestore: (archive: ArchiveRow) => void;
}

interface ArchiveColumn extends ColumnWish {
  readonly cell: (row: ArchiveRow, nowMs: number) => TableCell;
}

const columns: readonly ArchiveColumn[] = [
  { title: 'archive', cells: 20, grows: true, cell: ({ name }) => ({ text: name }) },
  ofManifest({ title: 'age', cells: 7, align: 'right', drop: 1 }, (manifest, now) =>
    formatAge(now - manifest.endedAtMs),
  ),
  ofManifest({ title: 'games', cells: 9, align: 'right', drop: 2 }, (manifest) =>
    formatValue(manifest.games, 'games'),
  ),
  ofManifest({ title: 'size', cells: 9, align: 'right', drop: 3 }, (manifest) =>
    formatBytes(manifest.storedBytes),
  ),
  ofManifest({ title: 'ratio', cells: 6, align: 'right', drop: 4 }, ({ rawBytes, storedBytes }) =>
    storedBytes > 0 ? `${(rawBytes / storedBytes).toFixed(1)}:1` : 'no data',
  ),
  ofManifest({ title: 'source', cells: 24, grows: true, drop: 5 }, ({ source }) => source),
  {
    title: 'verified',
    cells: 9,
    align: 'right',
    cell: ({ verifiedAtMs }, now) =>
      verifiedAtMs === undefined
        ? { text: 'never', tone: 'warn' }
        : { text: formatAge(now - verifiedAtMs), tone: 'good' },
  },
];

/** A column that an archive without a readable manifest leaves empty. */
function ofManifest(
  wish: ColumnWish,
  text: (manifest: Exclude<ArchiveRow['manifest'], Fault>, nowMs: number) => string,
): ArchiveColumn {
  return {
    ...wish,
    cell: ({ manifest }, nowMs) =>
      manifest instanceof Fault ? { text: '?', tone: 'warn' } : { text: text(manifest, nowMs) },
  };
}

export function ArchiveTable({ state, filter, onCreate, onValidate, onRestore }: ArchiveTableProps) {
  const { frame, theme, ports } = useShell();
  const now = useNow();
  const refresh = useRefreshKey(ports.feeds.archives);
  const all = state.last?.value.archives ?? [];
  const archives = filtered(all, filter.text, ({ name, manifest }) =>
    manifest instanceof Fault ? name : `${name} ${manifest.source} ${manifest.environment}`,
  );
  const height = frame.contentRows - 2;
  const list = useList(archives.length, height);
  const selected = archives[list.selected];
  const none = selected ? undefined : 'no archive is selected';
  const unreadable = selected?.manifest instanceof Fault ? selected.manifest : undefined;
  useKeys('screen', {
    rows: [
      ...list.rows,
      { keys: ['c'], what: 'create', run: onCreate },
      { keys: ['v'], what: 'validate', disabled: none, run: () => selected && onValidate(selected) },
      {
        keys: ['t'],
        what: 'restore',
        changesTarget: true,
        disabled: none ?? (unreadable && `this archive cannot be read: ${unreadable.message}`),
        run: () => selected && onRestore(selected),
      },
      filter.row,
      refresh,
    ],
  });
  const cells = frame.columns - 2;
  const shown = columnCells(keptColumns(columns, cells), cells);
  const age = feedAge(state, ports.feeds.archives.intervalMs, now);
  const title = [piece('Archives in ', 'quiet'), piece(state.last?.value.location ?? '?')];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Line
        of={endsOf(title, [piece(age.text, age.stale ? 'warn' : 'quiet')], cells, theme.glyphs.ellipsis)}
      />
      <FilterLine
        filter={filter}
        otherwise={belowTitle(state, all.length, archives.length, filter.text, unreadable)}
      />
      {archives.length > 0 && (
        <Table
          columns={shown}
          rows={archives}
          cellsOf={(row) => shown.map(({ cell }) => cell(row, now))}
          selected={list.selected}
          height={height}
        />
      )}
    </Box>
  );
}

/** What the operator must know before trusting the list. */
function belowTitle(
  state: FeedState<ArchiveListing>,
  all: number,
  shown: number,
  filter: string,
  unreadable: Fault | undefined,
): LineData {
  const problem = feedProblem(state);
  if (problem !== undefined) return [piece(problem, state.latest ? 'bad' : 'quiet')];
  if (unreadable) return [piece(`! ${unreadable.message}`, 'bad')];
  if (all === 0) return [piece('There is no archive yet; c creates one.', 'warn')];
  return shown === 0 ? noneMatches(`${all} archives`, filter) : [];
}
