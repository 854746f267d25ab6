/** Counts, sizes and times as people write them behind an option. */
import { parseDuration } from '../base/duration.ts';
import { Fault } from '../base/fault.ts';
import { type Asked, textOption } from './verb.ts';

/** A whole number from 1. */
export function countOption(call: Asked, name: string): number | undefined {
  return parsed(call, name, countOf, 'a count: give a whole number, like 50');
}

/** Milliseconds. */
export function durationOption(call: Asked, name: string): number | undefined {
  return parsed(call, name, parseDuration, 'a time: write it like 30s, 15m, 2h or 1d');
}

export function bytesOption(call: Asked, name: string): number | undefined {
  return parsed(call, name, bytesOf, 'a size: write it like 500, 20KiB or 1MiB');
}

/** A moment, in milliseconds since the epoch; or how long before `nowMs` it was. */
export function momentOption(call: Asked, name: string, nowMs: number): number | undefined {
  const parse = (text: string) => momentOf(text, nowMs);
  return parsed(call, name, parse, 'a moment: write it like 2026-11-23T12:54:00Z, or 10m for how long ago');
}

function parsed<T>(
  call: Asked,
  name: string,
  parse: (text: string) => T | undefined,
  expected: string,
): T | undefined {
  const text = textOption(call, name);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const [what, next] = expected.split(': ');
  throw new Fault('wrong-use', `--${option} ${text} is not ${what}`, { next: sentence(next ?? '') });
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const countOf = (text: string) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined);

const bytesIn: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

function bytesOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,12}) ?(B|[KMG](?:i?B)?)?$/i.exec(text) ?? [];
  const each = bytesIn[(unit ?? '').charAt(0).toUpperCase()];
  return digits === undefined || each === undefined ? undefined : Number(digits) * each;
}

function momentOf(text: string, nowMs: number): number | undefined {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  // Without its zone a time could mean two moments.
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const atMs = isWhole ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}
