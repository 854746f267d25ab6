/** A game that servers keep still for a while, in words. */
import { parseDuration } from '../../src/base/duration.ts';
import { formatAge } from '../../src/base/units.ts';
import type { GameView } from '../../src/games/game-view.ts';

/** How long it is not moved any more, by any server that holds it still; undefined where it may move. */
export function holdLeftMs({ heldBy = [] }: Pick<GameView, 'heldBy'>, nowMs: number): number | undefined {
  const left = Math.max(...heldBy.map(({ onHoldUntilMs = 0 }) => onHoldUntilMs - nowMs));
  return left > 0 ? left : undefined;
}

/** Short for its column; empty when it is over. */
export const onHoldText = (untilMs: number | undefined, nowMs: number): string =>
  untilMs === undefined || untilMs <= nowMs ? '' : `hold ${formatAge(untilMs - nowMs)}`;

export const holdGrammar = '60s or 5m at most, then why if you like: 60s cards are missing';

export interface HoldWish {
  readonly forMs: number;
  readonly reason?: string;
}

/** undefined: there is no time in front. One that is too long is refused by the plan. */
export function parseHold(text: string): HoldWish | undefined {
  const [, time = '', reason = ''] = /^(\S+)(?:\s+(.*))?$/.exec(text.trim()) ?? [];
  const forMs = parseDuration(time);
  if (forMs === undefined) return undefined;
  return { forMs, ...(reason === '' ? {} : { reason }) };
}
