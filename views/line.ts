/**
 * A line of the screen as data: pieces of text with a tone. Lines are cut and padded here, by cells and not by
 * characters, so that no row wraps and columns stay aligned whatever the text is.
 */
import stringWidth from 'string-width';
import { safeLine } from '../src/base/safe-text.ts';
import type { Tone } from './theme.ts';

export interface Piece {
  readonly text: string;
  readonly tone?: Tone | undefined;
  readonly bold?: boolean | undefined;
}

export type Line = readonly Piece[];

/** Whether two lines look the same. */
export const sameLine = (one: Line, other: Line): boolean =>
  one === other ||
  (one.length === other.length &&
    one.every(({ text, tone, bold }, index) => {
      const at = other[index];
      return at?.text === text && at.tone === tone && at.bold === bold;
    }));

export const piece = (text: string, tone?: Tone, bold?: boolean): Piece => ({ text, tone, bold });

/** Cells that the text takes once it is safe. */
export const cellsOf = (text: string): number => stringWidth(safeLine(text));

export const cellsOfLine = (line: Line): number => line.reduce((sum, { text }) => sum + cellsOf(text), 0);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text, at most `cells` wide; what was cut off shows as the ellipsis. */
export function cut(text: string, cells: number, ellipsis = '…'): string {
  const safe = safeLine(text);
  if (stringWidth(safe) <= cells) return safe;
  const room = cells - stringWidth(ellipsis);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(safe)) {
    const width = stringWidth(segment);
    if (used + width > room) break;
    kept += segment;
    used += width;
  }
  return kept + ellipsis;
}

/** The same with both ends kept: names that begin alike differ at their ends. */
export function cutMiddle(text: string, cells: number, ellipsis = '…'): string {
  const safe = safeLine(text);
  if (stringWidth(safe) <= cells) return safe;
  let end = '';
  for (const { segment } of [...graphemes.segment(safe)].toReversed()) {
    if (stringWidth(segment + end) > cells / 2) break;
    end = segment + end;
  }
  return cut(safe, cells - stringWidth(end), ellipsis) + end;
}

/** The text, exactly `cells` wide. */
export function padTo(text: string, cells: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  const short = cut(text, cells, ellipsis);
  const gap = ' '.repeat(Math.max(0, cells - stringWidth(short)));
  return align === 'left' ? short + gap : gap + short;
}

export function cutLine(line: Line, cells: number, ellipsis = '…'): Line {
  const kept: Piece[] = [];
  let left = cells;
  for (const part of line) {
    const width = cellsOf(part.text);
    if (width > left) {
      kept.push({ ...part, text: cut(part.text, left, ellipsis) });
      return kept;
    }
    kept.push(part);
    left -= width;
  }
  return kept;
}

/** `left` and `right` at the two ends of a row; `left` gives way. */
export function endsOf(left: Line, right: Line, cells: number, ellipsis = '…'): Line {
  const rightLine = cutLine(right, cells, ellipsis);
  const room = cells - cellsOfLine(rightLine);
  const leftLine = cutLine(left, Math.max(0, room - 1), ellipsis);
  return [...leftLine, piece(' '.repeat(Math.max(0, room - cellsOfLine(leftLine)))), ...rightLine];
}

/** Breaks text at spaces into lines of at most `cells`; a word that is longer is broken anywhere. */
export function wrap(text: string, cells: number): readonly string[] {
  if (cells < 1) return [];
  const lines: string[] = [];
  let line = '';
  for (const word of safeLine(text)
    .split(' ')
    .flatMap((part) => chop(part, cells))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (stringWidth(joined) <= cells) {
      line = joined;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** Exactly so many rows of it, so that nothing below moves; what has no room in them shows as the ellipsis. */
export function wrapIn(rows: number, text: string, cells: number, ellipsis: string): readonly string[] {
  const lines = wrap(text, cells);
  const shown = [...lines.slice(0, rows - 1), cut(lines.slice(rows - 1).join(' '), cells, ellipsis)];
  return Array.from({ length: rows }, (_, row) => shown[row] ?? '');
}

/** Items side by side in as few lines as they need; none is broken in two. */
export function packed(items: readonly Piece[], cells: number): readonly Line[] {
  const lines: Line[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const joined = last && [...last, piece('  '), item];
    if (joined && cellsOfLine(joined) <= cells) lines[lines.length - 1] = joined;
    else lines.push([item]);
  }
  return lines;
}

function chop(word: string, cells: number): readonly string[] {
  if (stringWidth(word) <= cells) return [word];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of graphemes.segment(word)) {
    if (stringWidth(part + segment) > cells) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}
