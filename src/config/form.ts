/** The forms that values take. No problem repeats the text: one that is mistyped may hold a password anywhere. */
import { parseS3Url } from '../base/s3-url.ts';

export type Parsed<T> = { readonly value: T } | { readonly problem: string };

export interface Form<T> {
  /** For the table of variables: `1 to 300`, `true or false`. */
  readonly expects: string;
  /** Shown behind the value. */
  readonly unit?: string;
  parse(text: string): Parsed<T>;
}

const matching = (expects: string, pattern: RegExp): Form<string> => ({
  expects,
  parse: (text) => (pattern.test(text) ? { value: text } : { problem: `expected ${expects}` }),
});

export const text: Form<string> = { expects: 'text', parse: (value) => ({ value }) };

export const path: Form<string> = {
  expects: 'a path',
  parse: (value) =>
    /^[\w+.-]+:\/\//.test(value) ? { problem: 'expected a path, not an address' } : { value },
};

/** A folder, or a place in object storage. */
export const archivePlace: Form<string> = {
  expects: 'a path, or s3://BUCKET/PREFIX',
  parse(given) {
    const isAddress = 'problem' in path.parse(given);
    if (!isAddress) return { value: given };
    if (parseS3Url(given)) return { value: given.replace(/\/$/, '') };
    return {
      problem:
        'expected a path, or s3://BUCKET/PREFIX in plain letters, of a bucket with 3 to 63; keys have variables of AWS',
    };
  },
};

/** It names folders and is typed to confirm, so it stays one plain word. */
export const word = matching('one word of letters, digits, - or _', /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
export const tableName = matching('3 to 255 letters, digits, _, - or .', /^[A-Za-z0-9_.-]{3,255}$/);

/** One with `game:` in it would be taken for the legacy layout of another place. */
export const keyPrefix = matching(
  '1 to 64 letters, digits, _, -, . or :, without "game:"',
  /^(?!.*game:)[A-Za-z0-9_.:-]{1,64}$/,
);

/** As ACL SETUSER takes it. */
export const userName = matching('1 to 128 characters without spaces', /^[^\s\0]{1,128}$/u);

/** Sent as a header. */
export const token = matching('8 to 512 characters without spaces', /^[\x21-\x7e]{8,512}$/);

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Form<Choice> {
  const expects = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  return {
    expects,
    parse(given) {
      const value = choices.find((choice) => choice === given);
      return value === undefined ? { problem: `expected ${expects}` } : { value };
    },
  };
}

export const yesNo: Form<boolean> = {
  expects: 'true or false',
  parse: (given) =>
    given === 'true' || given === 'false'
      ? { value: given === 'true' }
      : { problem: 'expected true or false' },
};

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function amount(
  kind: string,
  pattern: RegExp,
  unit: string,
  { least, most }: Bounds,
  scale = 1,
): Form<number> {
  const expects = `${least} to ${most}`;
  return {
    expects,
    unit,
    parse(given) {
      const count = pattern.test(given) ? Number(given) : Number.NaN;
      if (count >= least && count <= most) return { value: count * scale };
      return { problem: `expected ${kind} from ${least} to ${most}` };
    },
  };
}

const whole = /^\d{1,9}$/;

export const count = (unit: string, bounds: Bounds) => amount('a whole number', whole, unit, bounds);
/** Milliseconds, as are the next two. */
export const seconds = (bounds: Bounds) => amount('seconds', /^\d{1,9}(\.\d{1,3})?$/, 's', bounds, 1000);
export const hours = (bounds: Bounds) => amount('whole hours', whole, 'h', bounds, 3_600_000);
export const days = (bounds: Bounds) => amount('whole days', whole, 'days', bounds, 86_400_000);
/** Bytes. */
export const gibibytes = (bounds: Bounds) => amount('whole GiB', whole, 'GiB', bounds, 1024 ** 3);

/** `none` says that there is no limit. */
export const orNone = <T>({ expects, parse, ...form }: Form<T>): Form<T | 'none'> => ({
  ...form,
  expects: `none, or ${expects}`,
  parse(given) {
    if (given === 'none') return { value: 'none' };
    const parsed = parse(given);
    return 'value' in parsed ? parsed : { problem: `${parsed.problem}, or none` };
  },
});
