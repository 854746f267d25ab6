/** The only reader of the environment: it turns variables and a profile into Settings. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { RawValues } from './raw.ts';
import { isVariable, type Values, type VariableName, variables } from './schema.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Which platform gamekeeper looks at. */
export type Target =
  | { readonly kind: 'sandbox' }
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'dynamodb' };

export interface Settings {
  readonly environment: string;
  readonly target: Target;
  readonly profile: string | undefined;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly gameServerUrls: readonly string[];
  readonly metricsUrls: readonly string[];
  readonly backupLocation: string;
  /** Our own folder, made when it is missing; one that was configured must exist. */
  readonly backupLocationIsDefault: boolean;
  readonly backupCompletedGames: boolean;
  readonly stateDir: string;
  /** Runbooks of the operator's own. */
  readonly runbooksDir: string;
  /** Raw SSH_CONNECTION, for the audit log. */
  readonly sshConnection: string | undefined;
}

export async function loadSettings(flags: { profile?: string }, env: Env = process.env): Promise<Settings> {
  const configDir = join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'gamekeeper');
  const profile = flags.profile ?? env.GAMEKEEPER_PROFILE;
  const fromProfile = profile ? await readProfile(configDir, profile) : {};
  // Naming a profile is the more deliberate act, so it beats a variable left over in the shell.
  const values = parse({ ...fromEnvironment(env), ...fromProfile });
  const target = chooseTarget(values);
  const environment = values.ENVIRONMENT ?? (target.kind === 'sandbox' ? 'sandbox' : 'production');
  const dataHome = env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  const stateHome = env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const gameServerUrls = values.GAME_SERVER_URLS ?? [];
  return {
    environment,
    target,
    profile,
    connectTimeoutMs: values.STATE_CONN_TIMEOUT ?? 5_000,
    operationTimeoutMs: values.STATE_OP_TIMEOUT ?? 30_000,
    gameServerUrls,
    metricsUrls: values.METRICS_URLS ?? gameServerUrls.map((url) => `${url}/metrics`),
    backupLocation: values.STATE_BACKUP_LOCATION ?? join(dataHome, 'gamekeeper', environment, 'backups'),
    backupLocationIsDefault: values.STATE_BACKUP_LOCATION === undefined,
    backupCompletedGames: values.BACKUP_COMPLETED_GAMES ?? false,
    stateDir: values.GAMEKEEPER_STATE_DIR ?? join(stateHome, 'gamekeeper'),
    runbooksDir: join(configDir, 'runbooks'),
    sshConnection: env.SSH_CONNECTION,
  };
}

function fromEnvironment(env: Env): RawValues {
  const raw: RawValues = {};
  for (const [name, text] of Object.entries(env)) {
    // An empty variable is the shell's way of unsetting one.
    if (text && isVariable(name)) raw[name] = { text, from: 'the environment' };
  }
  return raw;
}

async function readProfile(configDir: string, name: string): Promise<RawValues> {
  // Most calls have no profile, and need no YAML parser.
  const profile = await import('./profile.ts');
  return profile.readProfile(join(configDir, 'profiles'), name);
}

function parse(raw: RawValues): Values {
  const values: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(raw)) {
    const parsed = variables[name as VariableName].safeParse(given.text);
    if (!parsed.success) {
      const why = parsed.error.issues[0]?.message ?? 'not understood';
      throw new Fault('config-invalid', `${name} (from ${given.from}) is not usable: ${why}`, {
        next: `Correct or unset ${name}`,
      });
    }
    values[name] = parsed.data;
  }
  // Each value was parsed by the form of its own row.
  return values as Values;
}

function chooseTarget(values: Values): Target {
  const chosen = values.STATE_STORAGE_BACKEND;
  const dynamo = values.DYNAMODB_STATE_TABLE !== undefined || values.DYNAMODB_ENDPOINT !== undefined;
  if (!chosen && values.REDIS_URL && dynamo) {
    throw new Fault(
      'config-invalid',
      'Both REDIS_URL and DYNAMODB_… are set, and nothing says which one to use',
      {
        next: 'Set STATE_STORAGE_BACKEND to redis or dynamodb',
      },
    );
  }
  if (chosen === 'redis' || (!chosen && values.REDIS_URL)) {
    return { kind: 'redis', url: values.REDIS_URL ?? 'redis://localhost:6379/0' };
  }
  if (chosen === 'dynamodb' || (!chosen && dynamo)) return { kind: 'dynamodb' };
  return { kind: 'sandbox' };
}
