/**
 * Figures for people, the same in every panel, preview and line of the CLI. Independent of the locale, so that two
 * operators compare the same text. A figure that is not known is `no data`, one that only rounds to a limit says so
 * with `<` or `>`.
 */

/** What a figure counts; `ratio` is 0 to 1, the rest are what they say. */
export const units = [
  'per-second',
  'per-minute',
  'ratio',
  'seconds',
  'bytes',
  'games',
  'servers',
  'writes',
] as const;
export type Unit = (typeof units)[number];

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `24.1 %`, `38 ms`, `1.2 s`, `13.4/s`, `2.1 MiB`, `1,204`. */
export function formatValue(value: number | undefined, unit: Unit): string {
  if (value === undefined || !Number.isFinite(value)) return 'no data';
  switch (unit) {
    case 'ratio':
      return formatRatio(value);
    case 'seconds':
      return formatDuration(value * secondMs);
    case 'bytes':
      return formatBytes(value);
    case 'per-second':
      return `${formatRate(value)}/s`;
    case 'per-minute':
      return `${formatRate(value)}/min`;
    case 'games':
    case 'servers':
    case 'writes':
      return formatNumber(value);
  }
}

/** `0.25 ms`, `38 ms`, `1.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`: the two largest units. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'no data';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 999.5) return `${formatNumber(ms)} ms`;
  if (ms < 59.95 * secondMs) return `${formatNumber(ms / secondMs)} s`;
  if (ms < hourMs - secondMs / 2) return twoUnits(ms, minuteMs, 'min', secondMs, 's');
  if (ms < dayMs - minuteMs / 2) return twoUnits(ms, hourMs, 'h', minuteMs, 'min');
  return twoUnits(ms, dayMs, 'd', hourMs, 'h');
}

/** How long something has lasted, in whole seconds, since tenths would only flicker: `<1 s`, `15 s`, `4 min 10 s`. */
export function formatElapsed(ms: number): string {
  return ms < secondMs ? '<1 s' : formatDuration(Math.floor(ms / secondMs) * secondMs);
}

/** One unit, rounded down and short for its place beside a panel's title: `<1 s`, `119 s`, `2 min`, `47 h`, `2 d`. */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms)) return 'no data';
  // A sample from a machine whose clock is ahead.
  if (ms <= -secondMs) return `-${formatAge(-ms)}`;
  if (ms < secondMs) return '<1 s';
  if (ms < 2 * minuteMs) return `${Math.floor(ms / secondMs)} s`;
  if (ms < 2 * hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < 2 * dayMs) return `${Math.floor(ms / hourMs)} h`;
  return `${formatNumber(Math.floor(ms / dayMs))} d`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Powers of 1024: `512 B`, `2.1 MiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'no data';
  if (bytes < 0) return `-${formatBytes(-bytes)}`;
  let size = bytes;
  let step = 0;
  while (Math.round(size) >= 1024 && step < byteUnits.length - 1) {
    size /= 1024;
    step += 1;
  }
  return `${formatNumber(size)} ${byteUnits[step]}`;
}

function formatRatio(ratio: number): string {
  const text = formatNumber(ratio * 100);
  // 99.97 % is not all of it.
  return `${text === '100' && ratio < 1 ? '>99.9' : text} %`;
}

function formatRate(value: number): string {
  if (Math.abs(value) < 9_999.5) return formatNumber(value);
  return value < 999_500 ? `${formatNumber(value / 1e3)}k` : `${formatNumber(value / 1e6)}M`;
}

function twoUnits(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const inSmall = Math.round(ms / smallMs);
  const perLarge = largeMs / smallMs;
  const rest = inSmall % perLarge;
  const whole = `${formatNumber(Math.floor(inSmall / perLarge))} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}

/** Made at their first use: one costs as much as half of a verb's start. */
const byDecimals = new Map<number, Intl.NumberFormat>();

function numberFormat(maximumFractionDigits: number): Intl.NumberFormat {
  const known = byDecimals.get(maximumFractionDigits);
  if (known) return known;
  const made = new Intl.NumberFormat('en-US', { maximumFractionDigits, signDisplay: 'negative' });
  byDecimals.set(maximumFractionDigits, made);
  return made;
}

/** Whole from 100, one decimal from 1, two below; what is not zero never reads as zero. */
function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 0.01) return value > 0 ? '<0.01' : '>-0.01';
  const digits = size >= 99.95 ? 0 : size >= 0.995 ? 1 : 2;
  return numberFormat(digits).format(value);
}
