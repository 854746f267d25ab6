/** JSON texts that others wrote: with more digits than a number of this platform keeps, and deeper than it can walk. */
import type { Json } from './game.ts';

export type ReadText =
  | {
      readonly kind: 'json';
      /** Numbers that would lose digits are texts. */
      readonly json: Json;
      /** As they are written: `12345678901234567890`. */
      readonly inexact: readonly string[];
    }
  | { readonly kind: 'wrong'; readonly why: string };

/** A game has a few; what walks a state calls itself for each. */
const mostLevels = 200;

export function readJsonText(text: string): ReadText {
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'wrong', why: 'is not JSON' };
  }
  if (isDeeper(json, mostLevels))
    return { kind: 'wrong', why: `is nested more than ${mostLevels} levels deep` };
  return { kind: 'json', ...(mayLoseDigits.test(text) ? withEveryDigit(text) : { json, inexact: [] }) };
}

function isDeeper(json: Json, levels: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return levels === 0 || Object.values(json).some((value) => isDeeper(value, levels - 1));
}

/** Most texts have no number of the kind, and asking for the source of each makes reading several times slower. */
const mayLoseDigits = /[\d.]{16}|\d[eE]/;

function withEveryDigit(text: string): { readonly json: Json; readonly inexact: readonly string[] } {
  const inexact: string[] = [];
  const json = JSON.parse(text, (_key, value: Json, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || isKept(source, value)) return value;
    inexact.push(source);
    return source;
  });
  return { json, inexact };
}

const isKept = (source: string, value: number) => decimal(source) === decimal(String(value));

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** One text for each decimal number: `1.50` and `15e-1` are the same. undefined for what is no decimal number. */
function decimal(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = form.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const scale = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${scale}`;
}
