import { useSyncExternalStore } from 'react';
import { hintsOf, type KeyHint } from '../keymap.ts';
import { cellsOfLine, type Line as LineData, piece } from '../line.ts';
import { useShell } from '../shell.ts';
import { Line } from './text.tsx';

/** The keys that work now, in front first; what has no room is in the help. */
export function Hints() {
  const { dispatcher, theme, frame } = useShell();
  const rows = useSyncExternalStore(dispatcher.subscribe, dispatcher.rows, dispatcher.rows);
  return <Line of={hintLine(hintsOf(rows, theme.glyphs), frame.columns - 2)} />;
}

const moreHint: KeyHint = { label: '?', what: 'all keys', disabled: false };

export function hintLine(hints: readonly KeyHint[], cells: number): LineData {
  const all = hints.flatMap(hintPieces);
  if (cellsOfLine(all) <= cells) return all;
  // Where something in front keeps it from the help, the key is not offered.
  const more = hints.some(({ label }) => label === moreHint.label) ? [moreHint] : [];
  const room = cells - cellsOfLine(more.flatMap(hintPieces));
  let used = 0;
  const fitting = hints.filter((hint) => {
    used += cellsOfLine(hintPieces(hint));
    return used <= room && hint.label !== '?';
  });
  return [...fitting, ...more].flatMap(hintPieces);
}

const hintPieces = ({ label, what, disabled }: KeyHint): LineData => [
  piece(label, disabled ? 'quiet' : 'accent', !disabled),
  piece(` ${what}  `, 'quiet'),
];
