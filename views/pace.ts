/** How far something has come, how fast it goes and when it will be done, from what it reported so far. */
import type { Clock } from '../src/base/clock.ts';
import { formatBytes, formatDuration, formatValue } from '../src/base/units.ts';

export interface Progress {
  readonly done: number;
  /** undefined where nobody knows. */
  readonly total: number | undefined;
  /** `bytes`, or what is counted. */
  readonly unit: string;
}

export interface Mark {
  readonly atMs: number;
  readonly done: number;
}

/** Less says nothing about the rest. */
const atLeastMs = 2_000;

/** `41 of 400 games  10 %`, and once it can be told `  8/s, 2 min left`. */
export function progressText(progress: Progress, first: Mark | undefined, nowMs: number): string {
  const { done, total } = progress;
  const pace = first ? paceText(first, { atMs: nowMs, done }, progress) : '';
  return [
    amountText(progress),
    total === undefined || total <= 0 ? '' : formatValue(Math.min(1, done / total), 'ratio'),
    pace,
  ]
    .filter(Boolean)
    .join('  ');
}

function amountText({ done, total, unit }: Progress): string {
  const count = (value: number) => (unit === 'bytes' ? formatBytes(value) : formatValue(value, 'games'));
  const counted = unit === 'bytes' ? '' : ` ${unit}`;
  return total === undefined ? `${count(done)}${counted}` : `${count(done)} of ${count(total)}${counted}`;
}

/** Empty until it can be told. What stands still has no end. */
function paceText(first: Mark, now: Mark, { total, unit }: Progress): string {
  const tookMs = now.atMs - first.atMs;
  const came = now.done - first.done;
  if (tookMs < atLeastMs || came <= 0) return '';
  const perSecond = (came / tookMs) * 1000;
  const rate = unit === 'bytes' ? `${formatBytes(perSecond)}/s` : formatValue(perSecond, 'per-second');
  if (total === undefined || total <= now.done) return rate;
  const leftMs = ((total - now.done) / perSecond) * 1000;
  return `${rate}, ${formatDuration(Math.max(1000, leftMs))} left`;
}

const everyMs = 200;

/** Drops what comes too soon after the one before, all but the end: no eye follows more, and each costs a frame. */
export function sparingly(
  clock: Pick<Clock, 'now'>,
  tell: (progress: Progress) => void,
): (progress: Progress) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = clock.now();
    // A clock that was set back must not keep it silent.
    if (Math.abs(now - toldAtMs) < everyMs && progress.done !== progress.total) return;
    toldAtMs = now;
    tell(progress);
  };
}
