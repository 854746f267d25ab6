/** The values as the rest of the program takes them. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConfiguredEngine, chosenSettings, engineSettings } from './engine-settings.ts';
import type { Env } from './environment-layer.ts';
import type { Layer } from './given.ts';
import type { Values, VariableName } from './schema.ts';
import { type Choice, type Store, type StoresByKind, storesOf, type Target } from './target.ts';

export interface Settings {
  readonly environment: string;
  readonly target: Target;
  /** The backend that dual writes go to as well; it may be set without them, to be filled and compared. */
  readonly secondary?: Store;
  /** As configured, whichever is used. */
  readonly stores: StoresByKind;
  readonly dualWrite: boolean;
  readonly profile: string | undefined;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly gameServerUrls: readonly string[];
  readonly metricsUrls: readonly string[];
  readonly adminToken?: string;
  readonly engine: ConfiguredEngine;
  /** Of these, what is not a default: the sandbox's engine has shorter ones. */
  readonly engineChosen: Partial<ConfiguredEngine>;
  /** A folder, or `s3://bucket/prefix`. */
  readonly backupLocation: string;
  /** Of an S3 that is not AWS's. */
  readonly backupEndpoint?: string;
  /** Our own folder, made when it is missing; one that was configured must exist. */
  readonly backupLocationIsDefault: boolean;
  readonly backupCompletedGames: boolean;
  readonly backupRetentionMs: number;
  /** Of one archive. */
  readonly backupMaxBytes: number;
  /** The newest verified backup should be no older. */
  readonly backupMaxAgeMs: number;
  readonly backupCompress: boolean;
  readonly backupEncrypt: boolean;
  readonly backupRecipients: readonly string[];
  readonly backupKeys: BackupKeys;
  readonly stateDir: string;
  /** Runbooks of the operator's own. */
  readonly runbooksDir: string;
  /** Raw SSH_CONNECTION, for the audit log. */
  readonly sshConnection: string | undefined;
  /** Values that may never be shown or kept, as written and as meant. */
  readonly secrets: readonly string[];
}

/** What opens encrypted archives. */
export interface BackupKeys {
  readonly identityFile: string | undefined;
  readonly passphrase: string | undefined;
  /** Its first line; `passphrase` goes before it. */
  readonly passphraseFile: string | undefined;
}

export const configFolder = (env: Env): string =>
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'gamekeeper');

interface Origin {
  readonly given: Layer;
  readonly choice: Choice;
  readonly profile: string | undefined;
  readonly env: Env;
  readonly secrets: readonly string[];
}

export function settingsOf(values: Values, { given, choice, profile, env, secrets }: Origin): Settings {
  const { primary, secondary } = choice;
  const environment = values.ENVIRONMENT ?? (primary === 'sandbox' ? 'sandbox' : 'production');
  const dataHome = env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  const stateHome = env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const gameServerUrls = values.GAME_SERVER_URLS ?? [];
  const adminToken = values.STATE_ADMIN_TOKEN;
  const engine = engineSettings(values);
  const stores = storesOf(values);
  return {
    environment,
    target: primary === 'sandbox' ? { kind: primary } : stores[primary],
    ...(secondary === undefined ? {} : { secondary: stores[secondary] }),
    stores,
    dualWrite: values.STATE_DUAL_WRITE,
    profile,
    connectTimeoutMs: values.STATE_CONN_TIMEOUT,
    operationTimeoutMs: values.STATE_OP_TIMEOUT,
    gameServerUrls,
    metricsUrls: values.METRICS_URLS ?? gameServerUrls.map((url) => `${url}/metrics`),
    ...(adminToken === undefined ? {} : { adminToken }),
    engine,
    engineChosen: chosenSettings(engine, given),
    backupLocation: values.STATE_BACKUP_LOCATION ?? join(dataHome, 'gamekeeper', environment, 'backups'),
    ...(values.STATE_BACKUP_ENDPOINT === undefined ? {} : { backupEndpoint: values.STATE_BACKUP_ENDPOINT }),
    backupLocationIsDefault: values.STATE_BACKUP_LOCATION === undefined,
    backupCompletedGames: values.BACKUP_COMPLETED_GAMES,
    backupMaxBytes: values.MAX_BACKUP_SIZE_GB,
    backupRetentionMs: values.STATE_BACKUP_RETENTION_DAYS,
    backupMaxAgeMs: values.STATE_BACKUP_MAX_AGE_HOURS,
    backupCompress: values.STATE_BACKUP_COMPRESS,
    backupEncrypt: values.STATE_BACKUP_ENCRYPT,
    backupRecipients: values.STATE_BACKUP_RECIPIENTS ?? [],
    backupKeys: {
      identityFile: values.STATE_BACKUP_IDENTITY_FILE,
      passphrase: values.STATE_BACKUP_PASSPHRASE,
      passphraseFile: values.STATE_BACKUP_PASSPHRASE_FILE,
    },
    stateDir: values.GAMEKEEPER_STATE_DIR ?? join(stateHome, 'gamekeeper'),
    runbooksDir: join(configFolder(env), 'runbooks'),
    sshConnection: env.SSH_CONNECTION,
    secrets,
  };
}

/** Defaults that depend on other values, as one would write them. */
export function derivedLayer(settings: Settings): Layer {
  const { target, environment, metricsUrls, backupLocation, stateDir } = settings;
  const backend = target.kind === 'sandbox' ? 'embedded' : target.kind;
  const texts: Partial<Record<VariableName, string>> = {
    ENVIRONMENT: environment,
    STATE_STORAGE_BACKEND: backend,
    STATE_PRIMARY_BACKEND: backend,
    METRICS_URLS: metricsUrls.join(','),
    STATE_BACKUP_LOCATION: backupLocation,
    GAMEKEEPER_STATE_DIR: stateDir,
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) =>
      text === '' ? [] : [[name, { text, source: { kind: 'default' } }]],
    ),
  );
}
