/** What is wrong with the shape of data from outside, in words of ours: which part of it, and what it must be. */
import type { z } from 'zod';

export type Fitted<T> =
  | { readonly kind: 'fits'; readonly data: T }
  /** Every part that does not fit, on one line: `players.0.id: is missing; rev: must be a number, not a text`. */
  | { readonly kind: 'wrong'; readonly what: string };

/** Never throws; what a schema says itself of a part is kept. @param data undefined for a text that is no JSON */
export function fitShape<T>(schema: z.ZodType<T>, data: unknown): Fitted<T> {
  if (data === undefined) return { kind: 'wrong', what: 'it is not JSON' };
  const parsed = schema.safeParse(data, inOurWords);
  if (parsed.success) return { kind: 'fits', data: parsed.data };
  const all = parsed.error.issues.map(partText);
  const more = all.length - partsNamed;
  const named = all.slice(0, partsNamed).join('; ');
  return { kind: 'wrong', what: more > 0 ? `${named}; and ${more} more` : named };
}

const partsNamed = 5;

/** `players.0.id: is missing`; without a place it is about the whole. */
export const partText = ({ path, message }: Pick<z.core.$ZodIssue, 'path' | 'message'>): string =>
  [path.map(String).join('.'), message].filter(Boolean).join(': ');

/** For `safeParse`. */
export const inOurWords: z.core.ParseContext<z.core.$ZodIssue> = { error: wordsOf };

function wordsOf(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? `of the type ${issue.expected}`}, not ${nameOf(issue.input)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'too_small':
      return isEmptyText(issue)
        ? 'must not be empty'
        : `must ${amountOf(issue.origin, issue.minimum)} at least`;
    case 'too_big':
      return `must ${amountOf(issue.origin, issue.maximum)} at most`;
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'written in another way'}`;
    case 'unrecognized_keys':
      return `must not have ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return 'has none of the forms that it may have';
    case 'invalid_key':
      return 'has a name that it must not have';
    default:
      return 'is not what it must be';
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time like 2026-11-23T12:54:00Z',
  url: 'a URL',
};

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : `${value}`;
  return typeNames[typeof value] ?? typeof value;
}

const oneOf = (values: readonly string[]): string =>
  values.length > 1 ? `one of ${values.join(', ')}` : values.join('');

const isEmptyText = ({ origin, minimum }: { readonly origin: string; readonly minimum: number | bigint }) =>
  origin === 'string' && Number(minimum) === 1;

function amountOf(origin: string, amount: number | bigint): string {
  if (origin === 'string') return `have ${amount} ${Number(amount) === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set')
    return `have ${amount} ${Number(amount) === 1 ? 'entry' : 'entries'}`;
  return `be ${amount}`;
}
