import type { FeedState } from '../src/base/feed.ts';
import type { Status } from '../src/status/status.ts';
import { cutLine, type Line, piece } from './line.ts';
import { feedProblem } from './readings.ts';
import type { Glyphs } from './theme.ts';

/** Why the verdict is what it is, worst first, in exactly `rows` lines so that nothing below moves. */
export function reasonLines(
  state: FeedState<Status>,
  { rows, cells, glyphs }: { rows: number; cells: number; glyphs: Glyphs },
): readonly Line[] {
  const all = allReasons(state, glyphs);
  const shown = all.length > rows ? all.slice(0, rows - 1) : all;
  const more: Line = [piece(`and ${all.length - shown.length} more`, 'quiet')];
  const lines = all.length > rows ? [...shown, more] : shown;
  return Array.from({ length: rows }, (_, row) => cutLine(lines[row] ?? [], cells, glyphs.ellipsis));
}

function allReasons(state: FeedState<Status>, glyphs: Glyphs): readonly Line[] {
  const problem = feedProblem(state);
  const failed: readonly Line[] =
    problem && state.latest
      ? [[piece(`${glyphs.verdict.unknown} status not read: `, 'warn'), piece(problem)]]
      : [];
  const status = state.last?.value;
  if (!status) return failed;
  const reasons = status.reasons.map(({ severity, text, alert }): Line => {
    const critical = severity === 'critical';
    const symbol = critical ? glyphs.verdict.down : glyphs.verdict.degraded;
    return [
      piece(`${symbol} ${severity}  `, critical ? 'bad' : 'warn'),
      piece(text),
      ...(alert ? [piece(`  ${alert}`, 'quiet')] : []),
    ];
  });
  const unread = status.unread.map(
    ({ source, fault }): Line => [
      piece(`${glyphs.verdict.unknown} not read  `, 'warn'),
      piece(`${source}: ${fault.message}`),
    ],
  );
  const doubts = status.doubts.map(
    (text): Line => [piece(`${glyphs.verdict.unknown} unknown  `, 'warn'), piece(text)],
  );
  const lines = [...failed, ...reasons, ...doubts, ...unread];
  return lines.length > 0 ? lines : [[piece('No limit is crossed and every source was read.', 'quiet')]];
}
