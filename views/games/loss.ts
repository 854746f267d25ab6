/** What would be lost if servers let go of a game now. */
import { formatValue } from '../../src/base/units.ts';
import type { GameView, HoldingRow } from '../../src/games/game-view.ts';
import { shortServer } from '../flag-summary.ts';
import { type Line, piece, wrap } from '../line.ts';

export interface Loss {
  readonly text: string;
}

export function lossOf({ heldBy = [] }: GameView): Loss | undefined {
  const only = heldBy.flatMap((row) => {
    const what = row.kind === 'held' ? onlyThere(row) : [];
    return what.length > 0 ? [`${shortServer(row.server)} ${what.join(', ')}`] : [];
  });
  if (only.length === 0) return undefined;
  return { text: `Only in memory, and lost once it is evicted: ${only.join('; ')}` };
}

function onlyThere({ ahead, divergedAt }: Holding): string[] {
  const moves = `${formatValue(ahead, 'games')} ${ahead === 1 ? 'transition' : 'transitions'}`;
  return [
    ...(ahead > 0 ? [`has ${moves}`] : []),
    ...(divergedAt === undefined ? [] : [divergedText(divergedAt)]),
  ];
}

type Holding = Extract<HoldingRow, { kind: 'held' }>;

export const divergedText = (divergedAt: number) =>
  `went another way than storage, which is at revision ${divergedAt}`;

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
