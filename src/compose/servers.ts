/** The game servers and all that is asked of them: the platform's, or those of the sandbox, which may have to start. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { once } from '../base/once.ts';
import type { Settings } from '../config/settings.ts';
import type { FlagStore } from '../flags/store.ts';
import type { MetricSource } from '../metrics/source.ts';
import type { AdminClient } from '../platform/admin.ts';
import type { PlatformClient } from '../platform/client.ts';
import type { Attached } from '../sandbox/attach.ts';
import { ownProgram } from './program-files.ts';

export interface Servers {
  sandbox(signal?: AbortSignal): Promise<Attached>;
  platform(): Promise<PlatformClient | undefined>;
  admin(): Promise<AdminClient | undefined>;
  flags(): Promise<FlagStore>;
  /** A source of its own for each call; undefined where nothing is scraped. */
  scrape(windowMs?: number): Promise<MetricSource | undefined>;
  close(): Promise<void>;
}

/** Folder of the sandbox, within the state folder. */
export const sandboxFolder = (settings: Settings): string => join(settings.stateDir, 'sandbox-platform');

export function composeServers(settings: Settings, clock: Clock): Servers {
  const isSandbox = settings.target.kind === 'sandbox';
  const timeoutMs = settings.connectTimeoutMs;

  const attachment = once(async () => {
    const [{ attachSandbox }, { createAttachment }] = await Promise.all([
      import('../sandbox/attach.ts'),
      import('../sandbox/attachment.ts'),
    ]);
    const folder = sandboxFolder(settings);
    const command = [process.execPath, ownProgram(), 'sandbox-serve', folder];
    return createAttachment(() => attachSandbox({ folder, command, clock }));
  });
  const sandbox = async (signal?: AbortSignal) => (await attachment()).current(signal);
  /** Nothing of its own is needed where the servers are real. */
  const asking = async () => (isSandbox ? { fetch: (await attachment()).fetch } : {});
  const urls = async () => (isSandbox ? (await sandbox()).servers : settings.gameServerUrls);

  const platform = once(async () => {
    const servers = await urls();
    if (servers.length === 0) return undefined;
    const { createPlatformClient } = await import('../platform/client.ts');
    return createPlatformClient({ servers, timeoutMs, ...(await asking()) });
  });

  const admin = once(async () => {
    // A sandbox that was started again has another one.
    const token = isSandbox ? async () => (await sandbox()).adminToken : settings.adminToken;
    const servers = await urls();
    if (token === undefined || servers.length === 0) return undefined;
    const { createAdminClient } = await import('../platform/admin.ts');
    return createAdminClient({ servers, token, timeoutMs, ...(await asking()) });
  });

  return {
    sandbox,
    platform,
    admin,
    flags: once(async () => {
      const client = await platform();
      if (!client) throw noGameServers();
      const { createHttpFlagStore } = await import('../flags/http.ts');
      return createHttpFlagStore(client, clock);
    }),
    async scrape(windowMs) {
      const targets = isSandbox
        ? (await sandbox()).servers.map((url) => `${url}/metrics`)
        : settings.metricsUrls;
      if (targets.length === 0) return undefined;
      const { createScrapeSource } = await import('../metrics/source/scrape.ts');
      const window = windowMs === undefined ? {} : { windowMs };
      return createScrapeSource({ targets, clock, ...window, ...(await asking()) });
    },
    async close() {
      await (await attachment.made())?.release();
    },
  };
}

export function noGameServers(): Fault {
  return new Fault('config-invalid', 'No game servers are configured, so there are no flags to read', {
    next: 'Set GAME_SERVER_URLS to the addresses of the game servers, comma-separated',
  });
}
