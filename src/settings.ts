/** The settings of a game server, from the same variables, presets and profiles that gamekeeper itself goes by. */
import type { BackendPlace } from './backend/catalogue.ts';
import type { Env } from './config/environment-layer.ts';
import { loadSettings } from './config/load.ts';
import type { EngineSettings } from './engine/settings.ts';

export interface ServerSettings {
  readonly environment: string;
  readonly engine: EngineSettings;
  /** undefined when no backend is configured: gamekeeper is on its sandbox then, a server must choose. */
  readonly storage: BackendPlace | undefined;
  /** The backend to write to as well, while `dualWrite`. */
  readonly secondary: BackendPlace | undefined;
  readonly dualWrite: boolean;
  /** For `createAdminHandler`; undefined without STATE_ADMIN_TOKEN. */
  readonly adminToken: string | undefined;
}

/**
 * The README's table has the variables, their defaults and bounds.
 *
 * @throws Fault `config-invalid` that tells everything that is wrong at once, and never a secret
 */
export async function loadServerSettings(env: Env = process.env): Promise<ServerSettings> {
  const { environment, engine, target, secondary, dualWrite, adminToken } = await loadSettings({}, env);
  const storage = target.kind === 'sandbox' ? undefined : target;
  return { environment, engine, storage, secondary, dualWrite, adminToken };
}
