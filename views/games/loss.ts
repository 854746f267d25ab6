/** What would be lost if servers let go of a game now. */
import { formatValue } from '../../src/base/units.ts';
import type { GameView } from '../../src/games/game-view.ts';
import { shortServer } from '../flag-summary.ts';

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
