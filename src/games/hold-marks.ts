/** Which listed games stand still. */
import type { Fault } from '../base/fault.ts';
import type { GameRow } from './game-view.ts';

export interface GameHolds {
  /** By id; where several servers hold a game, the last of them lets it go then. */
  readonly until: ReadonlyMap<string, number>;
  /** Servers that could not be asked, and may hold others. */
  readonly unasked: readonly { readonly server: string; readonly fault: Fault }[];
}

/** Only games of the current layout are a server's. */
export function withHolds(rows: readonly GameRow[], { until }: Pick<GameHolds, 'until'>): readonly GameRow[] {
  if (until.size === 0) return rows;
  return rows.map((row) => {
    const onHoldUntilMs = row.layout === 'current' ? until.get(row.id) : undefined;
    return onHoldUntilMs === undefined ? row : { ...row, onHoldUntilMs };
  });
}
