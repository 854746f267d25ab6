/** How fast a step goes and when it will be done, from what it reported so far. */
import { formatDuration, formatValue } from '../src/base/units.ts';

export interface Mark {
  readonly atMs: number;
  readonly done: number;
}

/** Less says nothing about the rest. */
const atLeastMs = 2_000;

/** `41/s, 2 min left`; empty until it can be told. What stands still has no end. */
export function paceText(first: Mark, now: Mark, total: number): string {
  const tookMs = now.atMs - first.atMs;
  const came = now.done - first.done;
  if (tookMs < atLeastMs || came <= 0) return '';
  const perMs = came / tookMs;
  const leftMs = (total - now.done) / perMs;
  const rate = formatValue(perMs * 1000, 'per-second');
  return total > now.done ? `${rate}, ${formatDuration(Math.max(1000, leftMs))} left` : rate;
}
