import { Box } from 'ink';
import { useEffect } from 'react';
import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import type { BackupsLook } from '../../src/backup/backup-figures.ts';
import { Fault } from '../../src/base/fault.ts';
import type { FeedState } from '../../src/base/feed.ts';
import { filtered, noneMatches } from '../filter.ts';
import type { Filter } from '../hook/use-filter.ts';
import { useKeys } from '../hook/use-keys.ts';
import { listOf } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { useRefreshKey } from '../hook/use-refresh.ts';
import type { KeyRow } from '../keymap.ts';
import { columnCells, type Form, type Frame, keptColumns } from '../layout.ts';
import { cutLine, endsOf, type Line as LineData, piece, wrapIn } from '../line.ts';
import { FilterLine } from '../part/filter-line.tsx';
import { Table } from '../part/table.tsx';
import { Lines } from '../part/text.tsx';
import { feedAge, feedProblem } from '../readings.ts';
import { useShell } from '../shell.ts';
import { archiveText } from './archive-text.ts';
import { type Openers, openingHint } from './closed.ts';
import { archiveColumns } from './columns.ts';
import { type GaugeRoom, gaugeLine, gaugeLines } from './gauge.ts';

interface ArchiveTableProps {
  readonly state: FeedState<BackupsLook>;
  readonly filter: Filter;
  /** The name of the archive in front; kept while something else is on the screen. */
  readonly inFront: string | undefined;
  readonly onMove: (name: string) => void;
  /** What can be done, with the archive in front if there is one. */
  readonly keysFor: (selected: ArchiveRow | undefined) => readonly KeyRow[];
}

/** Of the archive in front, and an empty one before them where there is room. */
const detailRows = ({ form, contentRows }: Frame) => {
  if (form === 'plain') return 0;
  return contentRows < 18 ? 2 : 5;
};

export function ArchiveTable({ state, filter, inFront, onMove, keysFor }: ArchiveTableProps) {
  const { frame, theme, ports } = useShell();
  const now = useNow();
  const refresh = useRefreshKey(ports.feeds.archives);
  const all = state.last?.value.listing.archives ?? [];
  const archives = filtered(all, filter.text, searched);
  const cells = frame.columns - 2;
  const openers = ports.world.archiveOpeners;
  const head = headLines(state, {
    cells,
    nowMs: now,
    maxAgeMs: ports.world.backupMaxAgeMs,
    glyphs: theme.glyphs,
    form: frame.form,
    intervalMs: ports.feeds.archives.intervalMs,
  });
  const details = detailRows(frame);
  const height = frame.contentRows - head.length - 1 - details;
  const list = listOf({
    length: archives.length,
    page: height,
    wanted: Math.max(
      0,
      archives.findIndex(({ name }) => name === inFront),
    ),
    select: (index) => {
      const next = archives[index];
      if (next) onMove(next.name);
    },
  });
  const selected = archives[list.selected];
  const name = selected?.name;
  // Also the first: one that is made meanwhile must not come under the finger.
  useEffect(() => {
    if (name !== undefined) onMove(name);
  }, [name, onMove]);
  useKeys('screen', { rows: [...list.rows, ...keysFor(selected), filter.row, refresh] });
  const shown = columnCells(keptColumns(archiveColumns, cells), cells);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={head} />
      <FilterLine
        filter={filter}
        otherwise={cutLine(
          belowHead(state, {
            all: all.length,
            shown: archives.length,
            filter: filter.text,
            selected,
            openers,
          }),
          cells,
          theme.glyphs.ellipsis,
        )}
      />
      {archives.length > 0 && (
        <>
          <Table
            columns={shown}
            rows={archives}
            cellsOf={(row) => shown.map(({ cell }) => cell(row, now))}
            selected={list.selected}
            height={height}
          />
          <Lines of={detailLines(selected, details, cells, theme.glyphs.ellipsis)} />
        </>
      )}
    </Box>
  );
}

function detailLines(archive: ArchiveRow | undefined, rows: number, cells: number, ellipsis: string) {
  const gap = rows > 2 ? 1 : 0;
  const text = archive ? archiveText(archive) : '';
  const lines = wrapIn(rows - gap, text, cells, ellipsis).map((line) => [piece(line, 'quiet')]);
  return [...Array<LineData>(gap).fill([]), ...lines];
}

interface HeadRoom extends GaugeRoom {
  readonly form: Form;
  readonly intervalMs: number;
}

/** Where the archives are, how old the look is, and the gauge. */
function headLines(state: FeedState<BackupsLook>, room: HeadRoom): readonly LineData[] {
  const { cells, glyphs, nowMs, form, intervalMs } = room;
  const age = feedAge(state, intervalMs, nowMs);
  const aged = [piece(age.text, age.stale ? 'warn' : 'quiet')];
  const { listing, figures } = state.last?.value ?? {};
  const title = [piece('Archives in ', 'quiet'), piece(listing?.location ?? '?')];
  if (form === 'plain') {
    return [endsOf(figures ? gaugeLine(figures, room) : title, aged, cells, glyphs.ellipsis)];
  }
  return [endsOf(title, aged, cells, glyphs.ellipsis), ...(figures ? gaugeLines(figures, room) : [[], []])];
}

const searched = ({ name, manifest }: ArchiveRow): string =>
  manifest instanceof Fault ? name : `${name} ${manifest.source} ${manifest.environment}`;

interface Shown {
  readonly all: number;
  readonly shown: number;
  readonly filter: string;
  readonly selected: ArchiveRow | undefined;
  readonly openers: Openers;
}

/** What the operator must know before trusting the list. */
function belowHead(
  state: FeedState<BackupsLook>,
  { all, shown, filter, selected, openers }: Shown,
): LineData {
  const problem = feedProblem(state);
  if (problem !== undefined) return [piece(problem, state.latest ? 'bad' : 'quiet')];
  if (selected?.manifest instanceof Fault) return [piece(`! ${selected.manifest.message}`, 'bad')];
  const hint = selected && openingHint(selected, openers);
  if (hint !== undefined) return [piece(`! ${hint}`, 'warn')];
  if (all === 0) return [piece('There is no archive yet; c creates one.', 'warn')];
  return shown === 0 ? noneMatches(`${all} archives`, filter) : [];
}
