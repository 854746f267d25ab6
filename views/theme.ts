/**
 * What colours and glyphs mean, once. A tone never stands alone: a word or a symbol says the same, so that nothing
 * is lost without colour. The ASCII set has no box, block or arrow glyph.
 */
import type { Verdict } from '../src/status/status.ts';

/** `quiet` is for what frames the figures, `accent` for where the operator is and what is suggested. */
export type Tone = 'plain' | 'quiet' | 'accent' | 'good' | 'warn' | 'bad' | 'loud';

/** What a tone turns into on Ink's Text. */
export interface Style {
  readonly color?: string;
  readonly backgroundColor?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

const colored: Readonly<Record<Tone, Style>> = {
  plain: {},
  quiet: { dimColor: true },
  accent: { color: 'cyan' },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  loud: { color: 'white', backgroundColor: 'red', bold: true },
};

/** Weight instead of colour: bold and inverse are no colours and stay with NO_COLOR. */
const colorless: Readonly<Record<Tone, Style>> = {
  plain: {},
  quiet: { dimColor: true },
  accent: {},
  good: {},
  warn: { bold: true },
  bad: { bold: true },
  loud: { bold: true, inverse: true },
};

const unicodeGlyphs = {
  bars: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  ellipsis: '…',
  rule: '─',
  upright: '│',
  corners: ['┌', '┐', '└', '┘'],
  selected: '►',
  dash: '–',
  dot: '·',
  caret: '█',
  keys: { up: '↑', down: '↓', left: '←', right: '→', enter: 'Enter', esc: 'Esc' },
  verdict: { healthy: '●', degraded: '▲', down: '■', unknown: '?' },
  step: { pending: '·', running: '►', done: '✓', unchanged: '=', failed: '✗', unknown: '?', 'not-run': '–' },
} as const;

export type Glyphs = {
  readonly [K in keyof typeof unicodeGlyphs]: (typeof unicodeGlyphs)[K] extends readonly string[]
    ? readonly string[]
    : (typeof unicodeGlyphs)[K] extends string
      ? string
      : Readonly<Record<keyof (typeof unicodeGlyphs)[K], string>>;
};

const asciiGlyphs: Glyphs = {
  bars: ['_', '.', ':', '-', '=', '+', '*', '#'],
  ellipsis: '~',
  rule: '-',
  upright: '|',
  corners: ['+', '+', '+', '+'],
  selected: '>',
  dash: '-',
  dot: '-',
  caret: '_',
  keys: { up: 'Up', down: 'Down', left: 'Left', right: 'Right', enter: 'Enter', esc: 'Esc' },
  verdict: { healthy: '*', degraded: '!', down: '#', unknown: '?' },
  step: { pending: '.', running: '>', done: '+', unchanged: '=', failed: 'x', unknown: '?', 'not-run': '-' },
};

export interface Theme {
  readonly glyphs: Glyphs;
  readonly ascii: boolean;
  style(tone: Tone): Style;
}

export function createTheme({ color, ascii }: { color: boolean; ascii: boolean }): Theme {
  const styles = color ? colored : colorless;
  return { ascii, glyphs: ascii ? asciiGlyphs : unicodeGlyphs, style: (tone) => styles[tone] };
}

export const verdictTone: Readonly<Record<Verdict, Tone>> = {
  healthy: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'warn',
};
