import type { GameRow } from './game-view.ts';

type Order = (one: GameRow, other: GameRow) => number;

const byId: Order = (one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);

/** What is not known comes last. */
const descending =
  (value: (row: GameRow) => number | undefined): Order =>
  (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return byId(one, other);
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return b - a;
  };

const orders = {
  changed: descending(({ updatedAtMs }) => updatedAtMs),
  size: descending(({ sizeBytes }) => sizeBytes),
  events: descending(({ events }) => events),
  problems: descending(({ problems }) => problems.length),
  phase: (one, other) => (one.phase ?? '').localeCompare(other.phase ?? '', 'en') || byId(one, other),
  id: byId,
} satisfies Record<string, Order>;

export type RowOrder = keyof typeof orders;
export const rowOrders = Object.keys(orders) as readonly RowOrder[];

export interface TopRows {
  add(rows: readonly GameRow[]): void;
  /** The first of them in their order. */
  rows(): readonly GameRow[];
  /** Of all that were added. */
  readonly total: number;
  readonly withProblems: number;
}

/** Keeps the first rows of any number, in memory for twice as many. */
export function createTopRows(order: RowOrder, limit: number): TopRows {
  let kept: GameRow[] = [];
  let total = 0;
  let withProblems = 0;
  const cut = () => {
    kept = kept.sort(orders[order]).slice(0, limit);
    return kept;
  };
  return {
    add(rows) {
      for (const row of rows) {
        kept.push(row);
        total += 1;
        if (row.problems.length > 0) withProblems += 1;
        if (kept.length >= 2 * limit) cut();
      }
    },
    rows: cut,
    get total() {
      return total;
    },
    get withProblems() {
      return withProblems;
    },
  };
}
