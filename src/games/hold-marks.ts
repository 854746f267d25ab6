/** Which listed games stand still. */
import type { Holders } from '../platform/held-games.ts';
import type { GameHolds, GameRow } from './game-view.ts';

export function holdMarks({ holds, unasked }: Pick<Holders, 'holds' | 'unasked'>): GameHolds {
  const until = new Map<string, number>();
  for (const { id, untilMs } of holds) until.set(id, Math.max(untilMs, until.get(id) ?? 0));
  const marked = (row: GameRow): GameRow => {
    // Games of the legacy layout are no server's.
    const onHoldUntilMs = row.layout === 'current' ? until.get(row.id) : undefined;
    return onHoldUntilMs === undefined ? row : { ...row, onHoldUntilMs };
  };
  return { mark: (rows) => (until.size === 0 ? rows : rows.map(marked)), unasked };
}
