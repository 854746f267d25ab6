import { Box } from 'ink';
import { axis } from '../chart.ts';
import { rowColumns, type Size } from '../layout.ts';
import { cutLine, endsOf, type Line as LineData, padTo, piece } from '../line.ts';
import type { Detail, Panel } from '../panels.ts';
import type { Age } from '../readings.ts';
import { useShell } from '../shell.ts';
import { figureLine } from './figure-line.ts';
import { Lines } from './text.tsx';

interface FigureRowsProps {
  readonly panels: readonly Panel[];
  readonly room: Size;
  readonly spanMs: number;
  readonly nowMs: number;
}

/** One line a figure under one time axis: the form that fits 80 by 24 without scrolling. */
export function FigureRows({ panels, room, spanMs, nowMs }: FigureRowsProps) {
  const { ports, theme } = useShell();
  const { glyphs } = theme;
  const columns = rowColumns(room.columns);
  const cells = room.columns - 2;
  const lines = panels.flatMap(({ figures, details, age, id }) => [
    ...figures.map((figure) => ({
      rank: ranks.indexOf(figure.signal),
      line: figureLine(figure, age, columns, { points: ports.history(figure.signal), spanMs, nowMs, glyphs }),
    })),
    ...details.map((detail) => ({
      rank: ranks.indexOf(id),
      line: detailLine(detail, id === 'games' ? undefined : age, cells, glyphs.ellipsis),
    })),
  ]);
  const axisLine: LineData = [
    piece(' '.repeat(columns.title + columns.value + 4)),
    piece(axis(columns.chart, spanMs, glyphs.rule), 'quiet'),
    piece(padTo('age', columns.note + columns.age + 4, 'right'), 'quiet'),
  ];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={[axisLine, ...keepBest(lines, room.rows - 1)]} />
    </Box>
  );
}

/** What stays when rows are short, the most needed first. `games`: its line of phases. */
const ranks = [
  'errorRatio',
  'breakers',
  'latencyP99',
  'dualWriteDiverging',
  'storages',
  'flags',
  'transitions',
  'activeGames',
  'storageUsed',
  'cacheHitRatio',
  'recoveries',
  'snapshots',
  'latencyP95',
  'latencyP50',
  'games',
];

function keepBest(
  lines: readonly { readonly rank: number; readonly line: LineData }[],
  rows: number,
): readonly LineData[] {
  const kept = new Set(lines.toSorted((a, b) => a.rank - b.rank).slice(0, Math.max(0, rows)));
  return lines.filter((entry) => kept.has(entry)).map(({ line }) => line);
}

function detailLine(
  { label, items }: Detail,
  age: Age | undefined,
  cells: number,
  ellipsis: string,
): LineData {
  const left = [
    piece(padTo(label, 10)),
    ...items.flatMap(({ text, tone }, index) => [
      piece(index === 0 ? '' : '  '),
      piece(text, age?.stale ? 'quiet' : tone),
    ]),
  ];
  if (!age) return cutLine(left, cells, ellipsis);
  return endsOf(left, [piece(age.text, age.stale ? 'warn' : 'quiet')], cells, ellipsis);
}
