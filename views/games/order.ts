/** In which order games are listed. What a game does not tell comes last, whatever the order. */
import { isPhase, phases } from '../../src/game/phases.ts';
import type { GameRow } from '../../src/games/game-view.ts';

type Compare = (a: GameRow, b: GameRow) => number;

const byId: Compare = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.layout < b.layout ? -1 : 1);

const byNumber =
  (numberOf: (row: GameRow) => number | undefined, direction: 1 | -1): Compare =>
  (a, b) => {
    const [one, other] = [numberOf(a), numberOf(b)];
    if (one === other) return byId(a, b);
    if (one === undefined) return 1;
    if (other === undefined) return -1;
    return direction * (one - other);
  };

/** Phases of other programs come after ours. */
const rankOf = ({ phase }: GameRow) =>
  phase === undefined ? undefined : isPhase(phase) ? phases.indexOf(phase) : phases.length;

const orders = {
  id: { words: 'by id', compare: byId },
  age: { words: 'longest unchanged first', compare: byNumber(({ updatedAtMs }) => updatedAtMs, 1) },
  size: { words: 'largest first', compare: byNumber(({ sizeBytes }) => sizeBytes, -1) },
  phase: { words: 'by phase', compare: byNumber(rankOf, 1) },
} as const satisfies Record<string, { words: string; compare: Compare }>;

export type GameOrder = keyof typeof orders;

const cycle: Readonly<Record<GameOrder, GameOrder>> = { id: 'age', age: 'size', size: 'phase', phase: 'id' };

export const nextOrder = (order: GameOrder): GameOrder => cycle[order];
export const orderWords = (order: GameOrder): string => orders[order].words;

export const inOrder = (rows: readonly GameRow[], order: GameOrder): readonly GameRow[] =>
  rows.toSorted(orders[order].compare);
