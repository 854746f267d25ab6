/** What is wrong only together: each value on its own is well formed. */
import { type ConfigProblem, type Layer, placeOf } from './given.ts';
import type { Values, VariableName } from './schema.ts';

interface Rule {
  readonly variable: VariableName;
  broken(values: Partial<Values>): boolean;
  readonly what: string;
  readonly next: string;
}

const errors: readonly Rule[] = [
  {
    variable: 'STATE_ENCRYPTION',
    broken: ({ STATE_ENCRYPTION, STATE_ENCRYPTION_KEYS }) =>
      STATE_ENCRYPTION === true && !STATE_ENCRYPTION_KEYS,
    what: 'needs a key',
    next: 'Set STATE_ENCRYPTION_KEYS to ID:KEY, with a key from openssl rand -base64 32',
  },
  {
    variable: 'STATE_COMPACT_AFTER',
    broken: ({ STATE_COMPACT_AFTER, STATE_MAX_EVENTS }) =>
      STATE_COMPACT_AFTER !== undefined &&
      STATE_MAX_EVENTS !== undefined &&
      STATE_COMPACT_AFTER > STATE_MAX_EVENTS,
    what: 'is more than STATE_MAX_EVENTS, so it would never be reached',
    next: 'Lower it, or raise STATE_MAX_EVENTS',
  },
];

const doubts: readonly Rule[] = [
  {
    variable: 'REDIS_CA_FILE',
    broken: ({ REDIS_CA_FILE, REDIS_URL }) => REDIS_CA_FILE !== undefined && !REDIS_URL?.startsWith('rediss'),
    what: 'has no effect, since REDIS_URL is not over TLS',
    next: 'Write rediss:// for TLS, or unset it',
  },
  {
    variable: 'STATE_ENCRYPTION_KEYS',
    broken: ({ STATE_ENCRYPTION, STATE_ENCRYPTION_KEYS }) =>
      !STATE_ENCRYPTION && STATE_ENCRYPTION_KEYS !== undefined,
    what: 'has no effect while STATE_ENCRYPTION is false: nothing is encrypted',
    next: 'Set STATE_ENCRYPTION=true, or unset the keys',
  },
  {
    variable: 'STATE_BACKUP_ENCRYPT',
    broken: ({ STATE_BACKUP_ENCRYPT }) =>
      STATE_BACKUP_ENCRYPT !== undefined && STATE_BACKUP_ENCRYPT !== 'false',
    what: 'has no effect: this version does not encrypt archives',
    next: 'Keep archives on an encrypted disk, and unset it',
  },
];

const found = (rules: readonly Rule[], values: Partial<Values>, given: Layer): ConfigProblem[] =>
  rules
    .filter((rule) => rule.broken(values))
    .map(({ variable, what, next }) => {
      const source = given[variable]?.source;
      return { variable, place: source ? placeOf(source) : 'not set', what, next };
    });

export const checkCombinations = (values: Partial<Values>, given: Layer): ConfigProblem[] =>
  found(errors, values, given);

export const doubtfulCombinations = (values: Partial<Values>, given: Layer): ConfigProblem[] =>
  found(doubts, values, given);
