/** A terminal's screen as an SVG that needs nothing else: every cell stands at its own place, in any monospace font. */
import type { Cell } from './cell.ts';
import { round, shapeOf, stretched } from './picture-glyphs.ts';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
  cell(x: number, y: number): Cell;
}

const cellWidth = 8.4;
// No taller than the fonts' own boxes, or vertical rules would fall apart.
const cellHeight = 16.5;
const fontSize = 14;
const baseline = 12.5;
const padding = 14;
const barHeight = 34;
const gapBelowBar = 8;
const font = "ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', 'Liberation Mono', Consolas, monospace";

const background = '#11151c';
const foreground = '#c9d1d9';
/** The sixteen named colours, readable on the background. */
const palette = [
  ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
];

export function toSvg(screen: Screen): string {
  const width = round(screen.columns * cellWidth + 2 * padding);
  const height = round(topOf(screen.rows) + padding);
  const rows = Array.from({ length: screen.rows }, (_, y) => rowOf(screen, y));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(screen.title)}">`,
    `<rect width="${width}" height="${height}" rx="9" fill="${background}"/>`,
    `<path d="M0 ${barHeight}V9a9 9 0 0 1 9-9H${width - 9}a9 9 0 0 1 9 9V${barHeight}z" fill="#1c222b"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, button) => `<circle cx="${20 + button * 20}" cy="17" r="6" fill="${fill}"/>`,
    ),
    `<g font-family="${font}" font-size="${fontSize}" fill="${foreground}">`,
    `<text x="${round(width / 2)}" y="22" text-anchor="middle" fill="#8b949e">${escaped(screen.title)}</text>`,
    ...rows.flat(),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

interface Run {
  readonly x: number;
  readonly cells: Cell[];
}

function rowOf(screen: Screen, y: number): string[] {
  const runs: Run[] = [];
  for (let x = 0; x < screen.columns; x++) {
    const cell = screen.cell(x, y);
    const last = runs.at(-1);
    if (last && sameStyle(last.cells[0], cell)) last.cells.push(cell);
    else runs.push({ x, cells: [cell] });
  }
  return runs.flatMap((run) => runOf(run, y));
}

function runOf({ x, cells }: Run, y: number): string[] {
  const [first] = cells;
  if (!first) return [];
  const [ink, paper] = first.inverse
    ? [colorOf(first.bg) ?? background, colorOf(first.fg) ?? foreground]
    : [colorOf(first.fg) ?? foreground, colorOf(first.bg)];
  const left = leftOf(x);
  const top = topOf(y);
  const chars = cells.map(({ char }) => char).join('');
  return [
    ...(paper
      ? [
          `<rect x="${left}" y="${top}" width="${round(cells.length * cellWidth)}" height="${cellHeight}" fill="${paper}"/>`,
        ]
      : []),
    ...(chars.trim() === '' ? [] : [inkOf(cells, x, top, first, ink)]),
  ];
}

function inkOf(cells: readonly Cell[], x: number, top: number, style: Cell, ink: string): string {
  const shapes: string[] = [];
  const letters: string[] = [];
  for (const { char, at, cells: wide } of stretched(cells.map(({ char }) => char))) {
    const left = leftOf(x + at);
    const shape = shapeOf(char, { left, top, width: wide * cellWidth, height: cellHeight }, ink);
    if (shape) shapes.push(shape);
    // Fonts differ in width: only a place for every cell keeps columns aligned.
    else if (char.trim() !== '') letters.push(`<tspan x="${left}">${escaped(char)}</tspan>`);
  }
  const text = letters.length > 0 ? `<text y="${round(top + baseline)}">${letters.join('')}</text>` : '';
  return `<g${attributesOf(style, ink)}>${shapes.join('')}${text}</g>`;
}

function attributesOf({ bold, dim, underline }: Cell, ink: string): string {
  return [
    ink === foreground ? '' : ` fill="${ink}"`,
    bold ? ' font-weight="bold"' : '',
    dim ? ' opacity="0.6"' : '',
    underline ? ' text-decoration="underline"' : '',
  ].join('');
}

const topOf = (y: number): number => round(barHeight + gapBelowBar + y * cellHeight);

const leftOf = (x: number): number => round(padding + x * cellWidth);

const sameStyle = (a: Cell | undefined, b: Cell): boolean =>
  a !== undefined &&
  a.bold === b.bold &&
  a.dim === b.dim &&
  a.inverse === b.inverse &&
  a.underline === b.underline &&
  a.fg === b.fg &&
  a.bg === b.bg;

function colorOf(color: Cell['fg']): string | undefined {
  if (typeof color !== 'number') return color;
  return palette[color] ?? xtermColor(color);
}

/** The cube of 216 colours and the 24 greys behind the named ones. */
function xtermColor(index: number): string {
  if (index >= 232) return hex([0, 0, 0].map(() => 8 + (index - 232) * 10));
  const cube = index - 16;
  return hex(
    [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) => (level ? 55 + level * 40 : 0)),
  );
}

const hex = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
