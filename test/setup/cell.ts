/** One cell of the emulator's screen, with what a person sees of it. */
import type headless from '@xterm/headless';

export interface Cell {
  /** Empty behind a character that is two cells wide. */
  readonly char: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
  /** `#rrggbb`, an index of the palette, or undefined for the terminal's own. */
  readonly fg: string | number | undefined;
  readonly bg: string | number | undefined;
}

export function cellOf(emulator: headless.Terminal, x: number, y: number): Cell {
  const { active } = emulator.buffer;
  const cell = active.getLine(active.baseY + y)?.getCell(x);
  if (!cell) throw new Error(`There is no cell ${x},${y} on a screen of ${emulator.cols}x${emulator.rows}`);
  return {
    char: cell.getWidth() === 0 ? '' : cell.getChars() || ' ',
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    inverse: cell.isInverse() !== 0,
    underline: cell.isUnderline() !== 0,
    fg: colorOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    bg: colorOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
  };
}

function colorOf(isDefault: boolean, isRgb: boolean, value: number): Cell['fg'] {
  if (isDefault) return undefined;
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : value;
}
