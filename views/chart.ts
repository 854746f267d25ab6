/**
 * A signal's points as columns of a chart. A column covers a fixed stretch of the clock, so a chart moves by whole
 * columns and never shimmers; a stretch without a point stays empty, since missing is not zero.
 */
import type { Point } from '../src/metrics/source.ts';

const minuteMs = 60_000;
const spansMs = [1, 2, 5, 10, 30, 60].map((minutes) => minutes * minuteMs);

/** The shortest span that shows every point, so that a console just opened does not show an empty hour. */
export function spanFor(points: readonly Point[], nowMs: number): number {
  const oldest = points.find(({ value }) => value !== undefined)?.atMs ?? nowMs;
  return spansMs.find((span) => nowMs - oldest <= span) ?? 60 * minuteMs;
}

const formatSpan = (spanMs: number): string => `${spanMs / minuteMs} min`;

interface Extent {
  readonly columns: number;
  readonly spanMs: number;
  readonly nowMs: number;
}

/** The worst value in each column, so that no spike is averaged away; undefined where there is none. */
export function columnsOf(
  points: readonly Point[],
  { columns, spanMs, nowMs }: Extent,
  worst: 'highest' | 'lowest' = 'highest',
): readonly (number | undefined)[] {
  if (columns < 1) return [];
  const stretchMs = spanMs / columns;
  const last = Math.floor(nowMs / stretchMs);
  const values: (number | undefined)[] = Array.from({ length: columns });
  for (const { atMs, value } of points) {
    const column = columns - 1 - (last - Math.floor(atMs / stretchMs));
    if (value === undefined || column < 0 || column >= columns) continue;
    const before = values[column];
    values[column] =
      before === undefined ? value : worst === 'highest' ? Math.max(before, value) : Math.min(before, value);
  }
  return values;
}

/**
 * Rows of a bar chart from 0 to `top`, first row on top. A value above 0 shows at least the lowest bar, and so does
 * 0 itself: an empty cell always means no data.
 */
export function bars(
  columns: readonly (number | undefined)[],
  rows: number,
  bar: readonly string[],
  top = Math.max(0, ...columns.map((value) => value ?? 0)),
): readonly string[] {
  // A lone row leaves out the full block: sparklines under one another would run together.
  const levels = rows === 1 ? bar.length - 1 : rows * bar.length;
  const heights = columns.map((value) =>
    value === undefined ? 0 : Math.max(1, Math.min(levels, Math.round(top > 0 ? (value / top) * levels : 0))),
  );
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * bar.length;
    return heights.map((height) => cellAt(height - below, bar)).join('');
  });
}

function cellAt(level: number, bar: readonly string[]): string {
  if (level <= 0) return ' ';
  return bar[Math.min(level, bar.length) - 1] ?? ' ';
}

/** `-5 min ── top 38 ms ── now`, exactly as wide as the chart above it. */
export function axis(columns: number, spanMs: number, rule: string, top = ''): string {
  const start = `-${formatSpan(spanMs)} `;
  const middle = top === '' ? '' : ` top ${top} `;
  const end = ' now';
  const gap = columns - start.length - end.length;
  if (gap < 1) return 'now'.padStart(columns).slice(0, columns);
  const left = Math.floor((gap - middle.length) / 2);
  if (middle === '' || left < 1) return start + rule.repeat(gap) + end;
  return start + rule.repeat(left) + middle + rule.repeat(gap - middle.length - left) + end;
}
