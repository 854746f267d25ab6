/** Lines and blocks that fonts draw with gaps between them or at heights of their own: as shapes they fit their cells. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** From the middle of the cell to which of its edges. */
const strokes: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'tb',
  '┌': 'rb',
  '┐': 'lb',
  '└': 'rt',
  '┘': 'lt',
};

/** The shape of a character that is drawn; undefined for those that are written. */
export function shapeOf(char: string, box: Box, ink: string): string | undefined {
  if (isBlock(char)) return blockOf(char.charCodeAt(0) - '▁'.charCodeAt(0) + 1, box, ink);
  const edges = strokes[char];
  return edges && `<path d="${[...edges].map((edge) => lineTo(edge, box)).join('')}" stroke="${ink}"/>`;
}

export interface Stretch {
  readonly char: string;
  /** Place of its first cell. */
  readonly at: number;
  readonly cells: number;
}

/** Rules and blocks of several cells as one; everything else cell by cell. */
export function stretched(chars: readonly string[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const [at, char] of chars.entries()) {
    const last = stretches.at(-1);
    if (last?.char === char && (char === '─' || isBlock(char)))
      stretches[stretches.length - 1] = { ...last, cells: last.cells + 1 };
    else stretches.push({ char, at, cells: 1 });
  }
  return stretches;
}

const isBlock = (char: string): boolean => char >= '▁' && char <= '█';

function blockOf(eighths: number, { left, top, width, height }: Box, ink: string): string {
  const filled = (height * eighths) / 8;
  return `<rect x="${round(left)}" y="${round(top + height - filled)}" width="${round(width)}" height="${round(filled)}" fill="${ink}" shape-rendering="crispEdges"/>`;
}

function lineTo(edge: string, { left, top, width, height }: Box): string {
  const [x, y] = [round(left + width / 2), round(top + height / 2)];
  switch (edge) {
    case 'l':
      return `M${x} ${y}H${round(left)}`;
    case 'r':
      return `M${x} ${y}H${round(left + width)}`;
    case 't':
      return `M${x} ${y}V${round(top)}`;
    default:
      return `M${x} ${y}V${round(top + height)}`;
  }
}

export const round = (value: number): number => Math.round(value * 100) / 100;
