import type { Edit } from '../edit.ts';
import { cellsOf, type Line, piece } from '../line.ts';
import type { Glyphs } from '../theme.ts';

/** A label and what is being typed, with the caret where the next character goes. */
export function fieldLine(label: string, { text, caret }: Edit, glyphs: Glyphs, cells: number): Line {
  const room = Math.max(1, cells - cellsOf(label) - 2);
  const before = endWithin(text.slice(0, caret), room);
  return [
    piece(`${label} `, 'accent', true),
    piece(before),
    piece(glyphs.caret, 'accent'),
    piece(text.slice(caret)),
  ];
}

/** Of a text longer than its field, the end: that is where the operator types. */
function endWithin(text: string, cells: number): string {
  let kept = text;
  while (cellsOf(kept) > cells) kept = kept.slice(1);
  return kept;
}
