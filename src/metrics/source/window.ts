/** What a target's counters did within a stretch of time. */
import type { Sample } from './exposition.ts';

export interface Scrape {
  /** Counts up from one request to the next. */
  readonly round: number;
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

/** The counters' increases between two scrapes of one target that follow one another; only those above 0. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly increases: readonly Sample[];
}

/** One target as the signals see it. */
export interface TargetWindow {
  readonly latest: Scrape;
  /** How long `intervals` cover, without gaps, up to `latest`; 0 before the second scrape. */
  readonly coveredMs: number;
  readonly intervals: readonly Interval[];
}

/**
 * A series that fell was reset by a restart and has counted up from 0 since. One that was not there before was
 * born at its first event, so it also counted from 0.
 */
export function intervalBetween(before: Scrape, after: Scrape): Interval {
  const old = new Map(before.samples.map(({ key, value }) => [key, value]));
  const increases = after.samples.flatMap((sample) => {
    const from = old.get(sample.key) ?? 0;
    const value = sample.value < from ? sample.value : sample.value - from;
    return value > 0 ? [{ ...sample, value }] : [];
  });
  return { fromMs: before.atMs, toMs: after.atMs, increases };
}

/**
 * The window after one more scrape: the fewest intervals that fill it, so it may reach a little further back. Left
 * out are an interval longer than the window, since nobody knows when within such a gap the increase came about, and
 * a scrape asked for before the latest one, whose counters would seem to have been reset since. When the clock was
 * set back, everything starts afresh.
 */
export function advance(window: TargetWindow | undefined, scrape: Scrape, windowMs: number): TargetWindow {
  if (window && scrape.round < window.latest.round) return window;
  if (window && scrape.atMs < window.latest.atMs) return { latest: scrape, coveredMs: 0, intervals: [] };
  const kept = window?.intervals.filter(({ toMs }) => toMs > scrape.atMs - windowMs) ?? [];
  const next = window && intervalBetween(window.latest, scrape);
  const intervals = next && next.toMs - next.fromMs <= windowMs ? [...kept, next] : kept;
  const coveredMs = intervals.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return { latest: scrape, coveredMs, intervals };
}

/** The increases of one target's window, for each series and interval one; sum what is needed. */
export function increasesOf(window: TargetWindow, name: string): readonly Sample[] {
  return window.intervals.flatMap(({ increases }) => increases.filter((sample) => sample.name === name));
}
