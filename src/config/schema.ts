/**
 * Every variable gamekeeper reads, once: name, form, default, meaning. `load.ts` turns them into Settings;
 * documentation and errors derive from these rows.
 */
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
      const parsed = url(/^https?$/, 'http://10.0.0.5:8080').safeParse(part);
      if (!parsed.success) context.addIssue(`expected addresses like http://10.0.0.5:8080, got "${part}"`);
      return part;
    }),
);

export const variables = {
  ENVIRONMENT: {
    // It names folders and is typed to confirm, so it stays one plain word.
    form: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected one word of letters, digits, - or _'),
    about: 'Names the environment; typed to confirm changes',
    fallback: '`sandbox` on the sandbox, else `production`',
  },
  STATE_STORAGE_BACKEND: {
    form: z.enum(['redis', 'dynamodb', 'embedded']),
    about: 'Where games are kept; embedded is the sandbox',
    fallback: 'redis with REDIS_URL, dynamodb with DYNAMODB_STATE_TABLE, else embedded',
  },
  REDIS_URL: {
    form: url(/^rediss?$/, 'redis://user:password@host:6379/0'),
    about: 'Redis, with user, password and database number',
    fallback: 'redis://localhost:6379/0',
    secret: true,
  },
  DYNAMODB_STATE_TABLE: { form: text, about: 'Table of games', fallback: 'game-states' },
  DYNAMODB_ENDPOINT: {
    form: url(/^https?$/, 'http://127.0.0.1:8000'),
    about: 'DynamoDB other than AWS',
    fallback: 'AWS',
  },
  STATE_CONN_TIMEOUT: { form: seconds, about: 'Seconds until a connection attempt fails', fallback: '5' },
  STATE_OP_TIMEOUT: {
    form: seconds,
    about: 'Seconds until an operation on the backend fails',
    fallback: '30',
  },
  STATE_BACKUP_LOCATION: {
    form: text,
    about: 'Folder of archives',
    fallback: '$XDG_DATA_HOME/gamekeeper/<environment>/backups',
  },
  BACKUP_COMPLETED_GAMES: { form: yesNo, about: 'Back up finished games too', fallback: 'false' },
  GAME_SERVER_URLS: {
    form: httpUrls,
    about: 'Game servers, comma-separated: flags, health and games are read through each',
    fallback: 'none; the sandbox brings its own',
  },
  METRICS_URLS: {
    form: httpUrls,
    about: 'Addresses to scrape, comma-separated',
    fallback: '/metrics of each game server',
  },
  GAMEKEEPER_PROFILE: {
    form: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected the name of a profile'),
    about:
      'A file of these variables, profiles/<name>.yaml in the configuration folder; it beats the environment',
    fallback: 'none',
  },
  GAMEKEEPER_STATE_DIR: {
    form: text,
    about: 'Folder of plans, runs, the audit log and the sandbox',
    fallback: '$XDG_STATE_HOME/gamekeeper',
  },
} as const satisfies Record<string, Variable>;

interface Variable {
  readonly form: z.ZodType<unknown, string>;
  readonly about: string;
  /** What holds when it is not set, in words. */
  readonly fallback: string;
  /** Its value is never shown. */
  readonly secret?: boolean;
}

export type VariableName = keyof typeof variables;

export type Values = { readonly [Name in VariableName]?: z.output<(typeof variables)[Name]['form']> };

export const isVariable = (name: string): name is VariableName => Object.hasOwn(variables, name);
