/**
 * Every variable that gamekeeper knows, one row each. Layers, `config show`, `config check`, `config presets` and the
 * README's table derive from these rows.
 */
import { httpUrl, httpUrls, redisUrl } from './address-form.ts';
import { encryptionKeys } from './encryption-keys.ts';
import {
  archivePlace,
  count,
  days,
  type Form,
  gibibytes,
  hours,
  keyPrefix,
  oneOf,
  orNone,
  path,
  seconds,
  tableName,
  text,
  token,
  userName,
  word,
  yesNo,
} from './form.ts';
import { recipients } from './recipients.ts';

interface Variable<T> {
  readonly form: Form<T>;
  /** As one would write it. */
  readonly fallback?: string;
  /** The same for people, where it depends on others. */
  readonly fallbackWords?: string;
  readonly about: string;
  /** What of it may never be shown: all of it, all and each key of the list that it is, or what an address hides in itself. */
  readonly secret?: 'all' | 'keys' | 'in-address';
  /** It says which platform is meant. */
  readonly choosesPlatform?: true;
  /** Who goes by it: gamekeeper, game servers with the library, or nobody in this version. */
  readonly usedBy: readonly ('gamekeeper' | 'game servers')[];
}

const both = ['gamekeeper', 'game servers'] as const;
const ours = ['gamekeeper'] as const;
const servers = ['game servers'] as const;
/** Known, since operators have them in their environments, and ignored: nothing goes by them yet. */
const ignored = { form: text, usedBy: [] } as const;

const backends = oneOf('redis', 'dynamodb', 'embedded');
const million = 1_000_000;

export const variables = {
  ENVIRONMENT: {
    form: word,
    fallbackWords: '`sandbox` on the sandbox, else `production`',
    about: 'names the platform; typed to confirm changes',
    choosesPlatform: true,
    usedBy: both,
  },
  STATE_STORAGE_BACKEND: {
    form: backends,
    fallbackWords: 'from the addresses below',
    about: '`embedded` is the sandbox',
    choosesPlatform: true,
    usedBy: both,
  },
  REDIS_URL: {
    form: redisUrl,
    fallback: 'redis://localhost:6379/0',
    about: 'one server, the same over TLS, behind Sentinel, a cluster; a password as %XX where it is special',
    secret: 'in-address',
    choosesPlatform: true,
    usedBy: both,
  },
  REDIS_CA_FILE: { form: path, about: 'certificates to trust, for `rediss`', usedBy: both },
  REDIS_SENTINEL_USERNAME: {
    form: userName,
    fallbackWords: 'the default user',
    about: 'of the sentinels, with REDIS_SENTINEL_PASSWORD',
    usedBy: both,
  },
  REDIS_SENTINEL_PASSWORD: {
    form: text,
    fallbackWords: 'those of REDIS_URL, where a sentinel asks',
    about: 'of the sentinels, where theirs is another',
    secret: 'all',
    usedBy: both,
  },
  REDIS_READ_FROM: {
    form: oneOf('primary', 'replica'),
    fallback: 'primary',
    about: 'what screens, lists and backups read; a replica may be behind',
    usedBy: both,
  },
  REDIS_KEY_PREFIX: {
    form: keyPrefix,
    about: 'before every key of a game, to keep games apart on one server',
    choosesPlatform: true,
    usedBy: both,
  },
  DYNAMODB_STATE_TABLE: {
    form: tableName,
    fallback: 'game-states',
    about: 'table of the games',
    choosesPlatform: true,
    usedBy: both,
  },
  DYNAMODB_ENDPOINT: {
    form: httpUrl,
    fallbackWords: "AWS's own",
    about: 'for a DynamoDB elsewhere',
    choosesPlatform: true,
    usedBy: both,
  },
  STATE_POOL_SIZE: {
    form: count('connections', { least: 5, most: 1000 }),
    fallback: '20',
    about: 'connections to the backend',
    usedBy: both,
  },
  STATE_CONN_TIMEOUT: {
    form: seconds({ least: 0.1, most: 300 }),
    fallback: '5',
    about: 'to connect, and for one HTTP request',
    usedBy: both,
  },
  STATE_OP_TIMEOUT: {
    form: seconds({ least: 0.1, most: 3600 }),
    fallback: '30',
    about: 'for one operation of the backend',
    usedBy: both,
  },
  STATE_DUAL_WRITE: {
    form: yesNo,
    fallback: 'false',
    about: 'write to a second backend too',
    choosesPlatform: true,
    usedBy: both,
  },
  STATE_PRIMARY_BACKEND: {
    form: backends,
    fallbackWords: 'STATE_STORAGE_BACKEND',
    about: 'answers reads',
    choosesPlatform: true,
    usedBy: both,
  },
  STATE_SECONDARY_BACKEND: {
    form: backends,
    about: 'receives the second write; compared and filled from the first',
    choosesPlatform: true,
    usedBy: both,
  },
  GAME_SERVER_URLS: {
    form: httpUrls({ query: false }),
    about: 'game servers; flags, health and games are read through each',
    secret: 'in-address',
    choosesPlatform: true,
    usedBy: ours,
  },
  METRICS_URLS: {
    form: httpUrls({ query: true }),
    fallbackWords: '`/metrics` of each game server',
    about: 'what is scraped',
    secret: 'in-address',
    choosesPlatform: true,
    usedBy: ours,
  },
  STATE_ADMIN_TOKEN: {
    form: token,
    about: "of the game servers' admin handler",
    secret: 'all',
    usedBy: both,
  },

  STATE_PRESET: {
    form: oneOf('high_reliability', 'high_performance', 'cost_optimized'),
    about: 'other defaults for what follows: `gamekeeper config presets`',
    usedBy: both,
  },
  STATE_STRATEGY: {
    form: oneOf('hybrid', 'snapshot-only', 'event-sourced'),
    fallback: 'hybrid',
    about: 'what a transition writes',
    usedBy: servers,
  },
  STATE_SNAPSHOT_INTERVAL: {
    form: seconds({ least: 1, most: 86_400 }),
    fallback: '300',
    about: 'between snapshots of a game',
    usedBy: servers,
  },
  STATE_SNAPSHOTS_KEPT: {
    form: count('snapshots', { least: 1, most: 100 }),
    fallback: '5',
    about: 'of each game',
    usedBy: servers,
  },
  STATE_PERSIST_INTERVAL: {
    form: seconds({ least: 1, most: 3600 }),
    fallback: '30',
    about: 'a change waits no longer than this',
    usedBy: servers,
  },
  STATE_BATCH_SIZE: {
    form: count('games', { least: 1, most: 1000 }),
    fallback: '50',
    about: 'written at once when catching up',
    usedBy: servers,
  },
  STATE_COMPACT_AFTER: {
    form: count('events', { least: 1, most: million }),
    fallback: '1000',
    about: 'of a game; then those before its oldest snapshot go',
    usedBy: servers,
  },
  STATE_MAX_EVENTS: {
    form: count('events', { least: 1, most: million }),
    fallback: '5000',
    about: 'of a game at most',
    usedBy: servers,
  },
  STATE_COMPRESSION: { form: yesNo, fallback: 'true', about: 'compress snapshots', usedBy: both },
  ASYNC_SNAPSHOTS: {
    form: yesNo,
    fallback: 'true',
    about: 'take snapshots beside the transitions',
    usedBy: servers,
  },
  STATE_ENCRYPTION: { form: yesNo, fallback: 'false', about: 'encrypt stored state', usedBy: both },
  STATE_ENCRYPTION_KEYS: {
    form: encryptionKeys,
    about: 'the first encrypts; those after it read what they encrypted',
    secret: 'keys',
    usedBy: both,
  },
  STATE_CACHE_SIZE: {
    form: count('games', { least: 1, most: million }),
    fallback: '500',
    about: 'kept in memory',
    usedBy: servers,
  },
  STATE_CACHE_TTL: {
    form: orNone(seconds({ least: 1, most: 604_800 })),
    fallback: 'none',
    about: 'unused games leave memory after it',
    usedBy: servers,
  },
  SNAPSHOT_RETENTION_DAYS: {
    form: days({ least: 1, most: 3650 }),
    fallback: '7',
    about: 'age at which snapshots go; the newest stays',
    usedBy: servers,
  },
  EVENT_RETENTION_DAYS: {
    form: days({ least: 1, most: 3650 }),
    fallback: '30',
    about: 'age at which events go',
    usedBy: servers,
  },
  COMPLETED_GAME_RETENTION_HOURS: {
    form: hours({ least: 1, most: 87_600 }),
    fallback: '24',
    about: 'then a finished game may be retired, once it is in a verified archive',
    usedBy: both,
  },

  STATE_BACKUP_LOCATION: {
    form: archivePlace,
    fallbackWords: '`~/.local/share/gamekeeper/ENVIRONMENT/backups`',
    about: 'folder of archives, or their place in S3',
    usedBy: ours,
  },
  STATE_BACKUP_ENDPOINT: {
    form: httpUrl,
    fallbackWords: "AWS's own",
    about: 'for an S3 elsewhere',
    usedBy: ours,
  },
  BACKUP_COMPLETED_GAMES: {
    form: yesNo,
    fallback: 'false',
    about: 'archive finished games too',
    usedBy: ours,
  },
  MAX_BACKUP_SIZE_GB: {
    form: gibibytes({ least: 1, most: 1_000_000 }),
    fallback: '50',
    about: 'no archive becomes larger: a backup stops there',
    usedBy: ours,
  },
  STATE_BACKUP_ENCRYPT: {
    form: yesNo,
    fallback: 'false',
    about: 'encrypt archives with age: for STATE_BACKUP_RECIPIENTS, else with the passphrase',
    usedBy: ours,
  },
  STATE_BACKUP_RECIPIENTS: {
    form: recipients,
    about: 'public keys, each of which opens an archive',
    usedBy: ours,
  },
  STATE_BACKUP_IDENTITY_FILE: {
    form: path,
    about: 'file of age-keygen that opens archives',
    usedBy: ours,
  },
  STATE_BACKUP_PASSPHRASE_FILE: {
    form: path,
    fallbackWords: 'a terminal is asked',
    about: 'its first line opens archives that have a passphrase, and encrypts new ones',
    usedBy: ours,
  },
  STATE_BACKUP_PASSPHRASE: {
    form: text,
    about: 'the same without a file',
    secret: 'all',
    usedBy: ours,
  },
  STATE_BACKUP_COMPRESS: {
    form: yesNo,
    fallback: 'true',
    about: 'compress archives, with zstd',
    usedBy: ours,
  },
  STATE_BACKUP_RETENTION_DAYS: {
    form: days({ least: 1, most: 3650 }),
    fallback: '30',
    about: '`backup prune` removes what is older than the newest verified archive by more',
    usedBy: ours,
  },
  STATE_BACKUP_MAX_AGE_HOURS: {
    form: hours({ least: 1, most: 87_600 }),
    fallback: '26',
    about: 'older than that the newest verified backup is shown as too old',
    usedBy: ours,
  },
  GAMEKEEPER_PROFILE: { form: word, about: 'the profile, as `--profile`', usedBy: ours },
  GAMEKEEPER_STATE_DIR: {
    form: path,
    fallbackWords: '`~/.local/state/gamekeeper`',
    about: 'plans, journals, audit log, sandbox',
    usedBy: ours,
  },

  FF_USE_STATE_PERSISTENCE: { ...ignored, about: 'flags are read from the game servers' },
  FF_ENABLE_STATE_SNAPSHOTS: { ...ignored, about: 'flags are read from the game servers' },
  FF_ENABLE_STATE_RECOVERY: { ...ignored, about: 'flags are read from the game servers' },
  PROMETHEUS_URL: { ...ignored, about: 'metrics are scraped from the game servers', secret: 'in-address' },
  ALERTMANAGER_URL: { ...ignored, about: 'no alerts are read from it yet', secret: 'in-address' },
  STAGING_URL: { ...ignored, about: 'there are no drills yet', secret: 'in-address' },
  SLACK_WEBHOOK_URL: { ...ignored, about: 'nobody is notified yet', secret: 'all' },
  PAGERDUTY_ROUTING_KEY: { ...ignored, about: 'nobody is paged yet', secret: 'all' },
  SMTP_URL: { ...ignored, about: 'no mail is sent yet', secret: 'all' },
} as const satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof variables;

type ValueOf<Name extends VariableName> = (typeof variables)[Name]['form'] extends Form<infer T> ? T : never;

type WithFallback = {
  [Name in VariableName]: (typeof variables)[Name] extends { fallback: string } ? Name : never;
}[VariableName];

/** Parsed; those with a default are always there. */
export type Values = { readonly [Name in WithFallback]: ValueOf<Name> } & {
  readonly [Name in Exclude<VariableName, WithFallback>]?: ValueOf<Name>;
};

export const variableNames = Object.keys(variables) as VariableName[];

export const isVariable = (name: string): name is VariableName => Object.hasOwn(variables, name);

/** The row with its optional columns. */
export const rowOf = (name: VariableName): Variable<unknown> => variables[name];
