/** Every variable gamekeeper reads, once: its name and form. The README says what each means. */
import * as z from 'zod';

const text = z.string().min(1);
const seconds = z
  .string()
  .regex(/^\d{1,5}(\.\d{1,3})?$/, 'expected seconds, like 5')
  .transform((value) => Number(value) * 1000);
const yesNo = z.enum(['true', 'false']).transform((value) => value === 'true');
const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `expected an address like ${example}` });
const httpUrls = z.string().transform((value, context) =>
  value
    .split(',')
    .map((part) => part.trim().replace(/\/+$/, ''))
    .filter((part) => part !== '')
    .map((part) => {
      // The address is not repeated: one that is mistyped or has a user may hold a password.
      const parsed = url(/^https?$/, '').safeParse(part);
      if (!parsed.success) context.addIssue('expected addresses like http://10.0.0.5:8080, comma-separated');
      else if (hasUser(part)) context.addIssue('an address holds a user or password, which cannot be sent');
      return part;
    }),
);

function hasUser(address: string): boolean {
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}

const word = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const variables = {
  // It names folders and is typed to confirm, so it stays one plain word.
  ENVIRONMENT: z.string().regex(word, 'expected one word of letters, digits, - or _'),
  STATE_STORAGE_BACKEND: z.enum(['redis', 'dynamodb', 'embedded']),
  REDIS_URL: url(/^rediss?$/, 'redis://user:password@host:6379/0'),
  DYNAMODB_STATE_TABLE: text,
  DYNAMODB_ENDPOINT: url(/^https?$/, 'http://127.0.0.1:8000'),
  STATE_CONN_TIMEOUT: seconds,
  STATE_OP_TIMEOUT: seconds,
  STATE_BACKUP_LOCATION: text,
  BACKUP_COMPLETED_GAMES: yesNo,
  GAME_SERVER_URLS: httpUrls,
  METRICS_URLS: httpUrls,
  GAMEKEEPER_PROFILE: z.string().regex(word, 'expected the name of a profile'),
  GAMEKEEPER_STATE_DIR: text,
} as const satisfies Record<string, z.ZodType<unknown, string>>;

export type VariableName = keyof typeof variables;

export type Values = { readonly [Name in VariableName]?: z.output<(typeof variables)[Name]> };

export const isVariable = (name: string): name is VariableName => Object.hasOwn(variables, name);
