import type { Loss } from '../games/loss.ts';
import { type Line, piece, wrap } from '../line.ts';

/** What only memory has of a game, and the key that accepts to lose it. */
export function lossLines({ text }: Loss, accepted: boolean, cells: number): readonly Line[] {
  return [
    ...wrap(`! ${text}`, cells).map((line) => [piece(line, 'bad' as const)]),
    [
      piece('  d ', 'accent', true),
      accepted
        ? piece('That loss is accepted', 'bad', true)
        : piece('accepts that loss; without it the game is refused'),
    ],
  ];
}
