import { Box } from 'ink';
import { formatValue } from '../../src/base/units.ts';
import { signals } from '../../src/metrics/source.ts';
import { axis, bars, columnsOf } from '../chart.ts';
import { gridOf, type Size } from '../layout.ts';
import { cellsOf, cutLine, type Line as LineData, packed, piece, wrap } from '../line.ts';
import type { Figure, Panel } from '../panels.ts';
import { useShell } from '../shell.ts';
import { PanelBox } from './panel.tsx';
import { Lines } from './text.tsx';

interface FigureGridProps {
  readonly panels: readonly Panel[];
  readonly room: Size;
  readonly spanMs: number;
  readonly nowMs: number;
}

/** A box a panel, each with a chart as large as its box allows. */
export function FigureGrid({ panels, room, spanMs, nowMs }: FigureGridProps) {
  const charts = panels.filter(({ chart }) => chart !== undefined);
  const texts = panels.filter(({ chart }) => chart === undefined);
  const ordered = [...charts, ...texts];
  let placed = 0;
  const rows = gridOf(charts.length, texts.length, room).rows.map(({ height, widths }) => {
    const cells = widths.map((width, index) => ({ width, panel: ordered[placed + index] }));
    placed += widths.length;
    return { height, cells };
  });
  return (
    <Box flexDirection="column">
      {rows.map(({ height, cells }) => (
        <Box key={cells[0]?.panel?.id}>
          {cells.map(
            ({ panel, width }) =>
              panel && (
                <FigurePanel
                  key={panel.id}
                  panel={panel}
                  width={width}
                  height={height}
                  spanMs={spanMs}
                  nowMs={nowMs}
                />
              ),
          )}
        </Box>
      ))}
    </Box>
  );
}

interface FigurePanelProps {
  readonly panel: Panel;
  readonly width: number;
  readonly height: number;
  readonly spanMs: number;
  readonly nowMs: number;
}

function FigurePanel({ panel, width, height, spanMs, nowMs }: FigurePanelProps) {
  const { ports, theme } = useShell();
  const { glyphs } = theme;
  const cells = width - 4;
  const rows = height - 2;
  const texts = [
    ...panel.figures.flatMap((figure) => figureLines(figure, panel, cells, glyphs.ellipsis)),
    ...panel.details.flatMap(({ items }) => itemLines(panel, items, cells)),
  ];
  const charted = panel.figures.find(({ signal, absent }) => signal === panel.chart && absent === undefined);
  const chartRows = rows - texts.length - 1;
  const chart =
    charted && chartRows > 0
      ? chartLines(charted, {
          points: ports.history(charted.signal),
          cells,
          rows: chartRows,
          spanMs,
          nowMs,
          glyphs,
          stale: panel.age.stale,
        })
      : [];
  return (
    <PanelBox title={panel.title} age={panel.age} width={width} height={height}>
      <Lines of={[...texts, ...chart].slice(0, Math.max(0, rows))} />
    </PanelBox>
  );
}

function figureLines(figure: Figure, panel: Panel, cells: number, ellipsis: string): readonly LineData[] {
  const tone = panel.age.stale ? 'quiet' : figure.tone;
  const label = figure.title === panel.title ? '' : `${figure.title.slice(panel.title.length + 1)}  `;
  if (figure.absent !== undefined) {
    const [first = '', ...more] = wrap(figure.absent, cells - cellsOf(label) - 9);
    return [
      [piece(label, 'quiet'), piece('no data  ', 'quiet', true), piece(first, 'quiet')],
      ...more.map((text) => [piece(text, 'quiet')]),
    ];
  }
  return [
    cutLine(
      [
        piece(label, 'quiet'),
        piece(figure.value, tone, tone !== 'quiet'),
        piece(figure.note && `  ${figure.note}`, tone),
      ],
      cells,
      ellipsis,
    ),
  ];
}

function itemLines(panel: Panel, items: readonly { text: string; tone: Figure['tone'] }[], cells: number) {
  if (panel.id === 'games') {
    const tone = panel.age.stale ? ('quiet' as const) : ('plain' as const);
    return packed(
      items.map(({ text }) => piece(text, tone)),
      cells,
    );
  }
  return items.flatMap(({ text, tone }) =>
    wrap(text, cells).map((line): LineData => [piece(line, panel.age.stale ? 'quiet' : tone)]),
  );
}

interface ChartInput {
  readonly points: Parameters<typeof columnsOf>[0];
  readonly cells: number;
  readonly rows: number;
  readonly spanMs: number;
  readonly nowMs: number;
  readonly glyphs: { readonly bars: readonly string[]; readonly rule: string };
  readonly stale: boolean;
}

function chartLines(
  { worst, signal }: Figure,
  { points, cells, rows, spanMs, nowMs, glyphs, stale }: ChartInput,
) {
  const columns = columnsOf(points, { columns: cells, spanMs, nowMs }, worst);
  return [
    ...bars(columns, rows, glyphs.bars).map((row): LineData => [piece(row, stale ? 'quiet' : 'accent')]),
    [piece(axis(cells, spanMs, glyphs.rule, topOf(signal, columns)), 'quiet' as const)],
  ];
}

/** What a full bar stands for. */
function topOf(signal: Figure['signal'], columns: readonly (number | undefined)[]): string {
  const known = columns.filter((value) => value !== undefined);
  return known.length === 0 ? '' : formatValue(Math.max(...known), signals[signal].unit);
}
