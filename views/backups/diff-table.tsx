import { Box } from 'ink';
import { useMemo } from 'react';
import type { ArchiveDiff } from '../../src/backup/diff.ts';
import { formatValue } from '../../src/base/units.ts';
import { gameLabel, gamesText } from '../../src/game/record-words.ts';
import { filtered, noneMatches } from '../filter.ts';
import { useFilter } from '../hook/use-filter.ts';
import { useKeys } from '../hook/use-keys.ts';
import { listOf } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import type { KeyRow } from '../keymap.ts';
import { type ColumnWish, columnCells, keptColumns } from '../layout.ts';
import { cutLine, piece } from '../line.ts';
import { FilterLine } from '../part/filter-line.tsx';
import { Table, type TableCell } from '../part/table.tsx';
import { Lines } from '../part/text.tsx';
import { useShell } from '../shell.ts';
import { diffCounts, differenceTone, sideText, unlike, worstFirst } from './diff-text.ts';

type Named = ArchiveDiff['games'][number];

interface DiffTableProps {
  readonly diff: ArchiveDiff;
  /** Which game is in front; kept while one is looked at. */
  readonly at: number;
  readonly onMove: (at: number) => void;
  readonly onOpen: (game: Named) => void;
  /** Only where an archive is held against storage. */
  readonly onRestore: ((id: string) => void) | undefined;
  readonly onClose: () => void;
}

interface DiffColumn extends ColumnWish {
  readonly cell: (game: Named) => TableCell;
}

const wishes: readonly DiffColumn[] = [
  { title: 'is', cells: 10, cell: ({ is }) => ({ text: is, tone: differenceTone[is] }) },
  { title: 'game', cells: 16, grows: true, cell: (game) => ({ text: gameLabel(game) }) },
  {
    title: 'before',
    cells: 19,
    grows: true,
    drop: 1,
    cell: ({ from = '-', to }) => ({ text: unlike(from, to) }),
  },
  { title: 'after', cells: 22, grows: true, cell: ({ from, to = '-' }) => ({ text: unlike(to, from) }) },
];

const searched = (game: Named) => `${game.is} ${gameLabel(game)} ${game.from ?? ''} ${game.to ?? ''}`;

/** The games that differ, worst to miss first; Enter shows one of them field by field. */
export function DiffTable({ diff, at, onMove, onOpen, onRestore, onClose }: DiffTableProps) {
  const { frame, theme } = useShell();
  const now = useNow();
  const filter = useFilter();
  const cells = frame.columns - 2;
  const games = useMemo(() => filtered(worstFirst(diff.games), filter.text, searched), [diff, filter.text]);
  const arrow = theme.ascii ? '->' : '→';
  const head = [
    [
      piece('DIFF  ', 'accent', true),
      piece(`${sideText(diff.from, now)} ${arrow} ${sideText(diff.to, now)}`, 'plain', true),
    ],
    diffCounts(diff),
  ].map((line) => cutLine(line, cells, theme.glyphs.ellipsis));
  const height = frame.contentRows - head.length - 1;
  const list = listOf({ length: games.length, page: height, wanted: at, select: onMove });
  const selected = games[list.selected];
  useKeys('screen', {
    rows: [
      ...list.rows,
      {
        keys: ['enter'],
        what: 'field by field',
        disabled: selected ? undefined : 'no game is selected',
        run: () => selected && onOpen(selected),
      },
      ...(onRestore ? [restoreRow(selected, onRestore)] : []),
      filter.row,
      { keys: ['esc'], what: 'back', run: onClose },
    ],
  });
  const columns = columnCells(keptColumns(wishes, cells), cells);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={head} />
      <FilterLine filter={filter} otherwise={belowHead(diff, games.length, filter.text)} />
      {games.length > 0 && (
        <Table
          columns={columns}
          rows={games}
          cellsOf={(game) => columns.map(({ cell }) => cell(game))}
          selected={list.selected}
          height={height}
        />
      )}
    </Box>
  );
}

const restoreRow = (game: Named | undefined, onRestore: (id: string) => void): KeyRow => ({
  keys: ['t'],
  what: 'restore it',
  changesTarget: true,
  disabled: game
    ? game.from === undefined
      ? 'the archive does not have it'
      : undefined
    : 'no game is selected',
  run: () => game && onRestore(game.id),
});

function belowHead({ games, more }: ArchiveDiff, shown: number, filter: string) {
  if (shown === 0 && games.length > 0) return noneMatches(gamesText(games.length), filter);
  if (more === 0 || filter !== '') return [];
  const text = `${formatValue(more, 'games')} more differ than are listed; gamekeeper backup diff --json has their counts`;
  return [piece(text, 'warn')];
}
