import { type Line as LineData, piece } from '../line.ts';
import { Lines } from './text.tsx';

interface ScrollLinesProps {
  readonly lines: readonly LineData[];
  readonly from: number;
  readonly height: number;
}

/** A window of lines that says what it hides. */
export function ScrollLines({ lines, from, height }: ScrollLinesProps) {
  if (lines.length <= height) return <Lines of={lines} />;
  const shown = lines.slice(from, from + height - 1);
  const text = `lines ${from + 1} to ${from + shown.length} of ${lines.length}`;
  return <Lines of={[...shown, [piece(text, 'quiet')]]} />;
}
