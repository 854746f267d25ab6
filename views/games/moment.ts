/** A point in time as an operator types it: `10m` ago, `12:30` today in UTC, or a whole date. */
import { parseDuration } from '../../src/base/duration.ts';

const dayMs = 86_400_000;

export const momentGrammar = '10m (ago), 12:30, 12:30:15 or 2026-11-23T12:30:00Z; all in UTC';

/** undefined: it cannot be understood, or lies ahead. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const typed = text.trim();
  const atMs = agoOf(typed, nowMs) ?? clockOf(typed, nowMs) ?? dateOf(typed);
  return atMs === undefined || atMs > nowMs || atMs < 0 ? undefined : atMs;
}

function agoOf(typed: string, nowMs: number): number | undefined {
  const ago = parseDuration(typed);
  return ago === undefined ? undefined : nowMs - ago;
}

/** The last time that clocks showed it. */
function clockOf(typed: string, nowMs: number): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(typed) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  if (h > 23 || m > 59 || s > 59) return undefined;
  const today = Math.floor(nowMs / dayMs) * dayMs + ((h * 60 + m) * 60 + s) * 1000;
  return today > nowMs ? today - dayMs : today;
}

/** Without a zone it would be read in that of this machine, which nobody sees here. */
function dateOf(typed: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?$/.test(typed)) return undefined;
  const date = typed.replace(' ', 'T').replace(/Z$/, '');
  const atMs = Date.parse(`${date.includes('T') ? date : `${date}T00:00`}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
