/** What would be lost if servers let go of a game now. */
import { formatValue } from '../../src/base/units.ts';
import type { GameView } from '../../src/games/game-view.ts';
import { shortServer } from '../flag-summary.ts';
import { type Line, piece, wrap } from '../line.ts';

export interface Loss {
  readonly text: string;
}

export function lossOf({ heldBy = [] }: GameView): Loss | undefined {
  const ahead = heldBy.flatMap((row) => (row.kind === 'held' && row.ahead > 0 ? [row] : []));
  if (ahead.length === 0) return undefined;
  const each = ahead.map(
    ({ server, ahead: moves }) =>
      `${shortServer(server)} has ${formatValue(moves, 'games')} ${moves === 1 ? 'transition' : 'transitions'}`,
  );
  return { text: `Only in memory, and lost once it is evicted: ${each.join(', ')}` };
}

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
