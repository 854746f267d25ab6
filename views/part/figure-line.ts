import type { Point } from '../../src/metrics/source.ts';
import { bars, columnsOf } from '../chart.ts';
import type { RowColumns } from '../layout.ts';
import { cut, type Line as LineData, padTo, piece } from '../line.ts';
import type { Figure } from '../panels.ts';
import type { Age } from '../readings.ts';
import type { Glyphs } from '../theme.ts';

interface Drawing {
  readonly points: readonly Point[];
  readonly spanMs: number;
  readonly nowMs: number;
  readonly glyphs: Glyphs;
}

/** One figure on one row: title, value, sparkline, note, age. */
export function figureLine(figure: Figure, age: Age, columns: RowColumns, drawing: Drawing): LineData {
  const { ellipsis } = drawing.glyphs;
  const tone = age.stale ? ('quiet' as const) : figure.tone;
  const middle = columns.chart + 2 + columns.note;
  return [
    piece(`${padTo(figure.title, columns.title, 'left', ellipsis)}  `),
    piece(`${padTo(figure.value, columns.value, 'right', ellipsis)}  `, tone, tone !== 'quiet'),
    ...(figure.absent === undefined
      ? [
          piece(`${sparkline(figure, columns.chart, drawing)}  `, age.stale ? 'quiet' : 'accent'),
          piece(padTo(figure.note, columns.note, 'left', ellipsis), tone),
        ]
      : [piece(padTo(cut(figure.absent, middle, ellipsis), middle), 'quiet')]),
    piece('  '),
    piece(padTo(age.text, columns.age, 'right'), age.stale ? 'warn' : 'quiet'),
  ];
}

function sparkline({ worst }: Figure, columns: number, { points, spanMs, nowMs, glyphs }: Drawing): string {
  return bars(columnsOf(points, { columns, spanMs, nowMs }, worst), 1, glyphs.bars)[0] ?? '';
}
