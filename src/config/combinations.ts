/** What is wrong only together: each value on its own is well formed. */
import { type ConfigProblem, type Layer, placeOf } from './given.ts';
import type { Values, VariableName } from './schema.ts';

interface Rule {
  readonly variable: VariableName;
  broken(values: Partial<Values>): boolean;
  readonly what: string;
  /** The other half; named with its place behind `what`. */
  readonly other?: VariableName;
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
    variable: 'REDIS_SENTINEL_USERNAME',
    broken: ({ REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD }) =>
      REDIS_SENTINEL_USERNAME !== undefined && REDIS_SENTINEL_PASSWORD === undefined,
    what: 'needs a password',
    next: 'Set REDIS_SENTINEL_PASSWORD, or unset it where sentinels have the user of REDIS_URL',
  },
  {
    variable: 'STATE_COMPACT_AFTER',
    broken: ({ STATE_COMPACT_AFTER, STATE_MAX_EVENTS }) =>
      STATE_COMPACT_AFTER !== undefined &&
      STATE_MAX_EVENTS !== undefined &&
      STATE_COMPACT_AFTER > STATE_MAX_EVENTS,
    what: 'would never be reached, being more than',
    other: 'STATE_MAX_EVENTS',
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
    variable: 'REDIS_SENTINEL_PASSWORD',
    broken: ({ REDIS_SENTINEL_PASSWORD, REDIS_URL }) =>
      REDIS_SENTINEL_PASSWORD !== undefined && !/^rediss?\+sentinel:/.test(REDIS_URL ?? ''),
    what: 'has no effect, since REDIS_URL names no sentinels',
    next: 'Write redis+sentinel:// or rediss+sentinel://, or unset it',
  },
  {
    variable: 'STATE_ENCRYPTION_KEYS',
    broken: ({ STATE_ENCRYPTION, STATE_ENCRYPTION_KEYS }) =>
      !STATE_ENCRYPTION && STATE_ENCRYPTION_KEYS !== undefined,
    what: 'only reads what was encrypted before, while STATE_ENCRYPTION is false: nothing new is encrypted',
    next: 'Set STATE_ENCRYPTION=true, or unset the keys',
  },
  {
    variable: 'STATE_BACKUP_ENCRYPT',
    broken: (values) =>
      values.STATE_BACKUP_ENCRYPT === true &&
      !values.STATE_BACKUP_RECIPIENTS &&
      !values.STATE_BACKUP_PASSPHRASE_FILE &&
      !values.STATE_BACKUP_PASSPHRASE,
    what: 'refuses to make archives, since nothing says for whom they are encrypted',
    next: 'Set STATE_BACKUP_RECIPIENTS to public keys of age, or STATE_BACKUP_PASSPHRASE_FILE',
  },
  {
    variable: 'STATE_BACKUP_RECIPIENTS',
    broken: ({ STATE_BACKUP_ENCRYPT, STATE_BACKUP_RECIPIENTS }) =>
      STATE_BACKUP_ENCRYPT === false && STATE_BACKUP_RECIPIENTS !== undefined,
    what: 'has no effect while STATE_BACKUP_ENCRYPT is false: archives are not encrypted',
    next: 'Set STATE_BACKUP_ENCRYPT=true, or unset it',
  },
  {
    variable: 'STATE_BACKUP_PASSPHRASE_FILE',
    broken: ({ STATE_BACKUP_PASSPHRASE_FILE, STATE_BACKUP_PASSPHRASE }) =>
      STATE_BACKUP_PASSPHRASE_FILE !== undefined && STATE_BACKUP_PASSPHRASE !== undefined,
    what: 'has no effect beside STATE_BACKUP_PASSPHRASE',
    next: 'Unset one of them',
  },
];

function found(rules: readonly Rule[], values: Partial<Values>, given: Layer): ConfigProblem[] {
  const place = (variable: VariableName) => {
    const source = given[variable]?.source;
    return source ? placeOf(source) : 'not set';
  };
  return rules
    .filter((rule) => rule.broken(values))
    .map(({ variable, what, other, next }) => ({
      variable,
      place: place(variable),
      what: other === undefined ? what : `${what} ${other} (${place(other)})`,
      next,
    }));
}

export const checkCombinations = (values: Partial<Values>, given: Layer): ConfigProblem[] =>
  found(errors, values, given);

export const doubtfulCombinations = (values: Partial<Values>, given: Layer): ConfigProblem[] =>
  found(doubts, values, given);
