/** Whether an interval is over. So it is when the clock was set back: else nothing would be due until it caught up. */
export function isDue(sinceMs: number, intervalMs: number, nowMs: number): boolean {
  return nowMs < sinceMs || nowMs - sinceMs >= intervalMs;
}
