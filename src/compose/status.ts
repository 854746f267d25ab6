/** What a look at the status reads, and how long it waits. */
import type { Clock } from '../base/clock.ts';
import type { MetricSource } from '../metrics/source.ts';
import type { Status } from '../status/status.ts';
import type { Servers } from './servers.ts';
import type { Storages } from './storages.ts';
import type { StatusOptions, World } from './world.ts';

/** How long a look waits for the first count of the storages, on a screen and in a verb. */
const shortCountMs = 500;
const longestCountMs = 3_600_000;

interface StatusParts {
  readonly simulated: boolean;
  readonly clock: Clock;
  readonly storages: Storages;
  readonly servers: Servers;
  metrics(): Promise<MetricSource>;
  readonly backups: World['backups'];
}

export async function composeStatus(
  { simulated, clock, storages, servers, metrics, backups }: StatusParts,
  { waitsForCounts = false, readsBackups = false }: StatusOptions = {},
): Promise<(signal?: AbortSignal) => Promise<Status>> {
  const [{ createStatusReader }, { readServers }, client, source, memory] = await Promise.all([
    import('../status/gather.ts'),
    import('../status/servers.ts'),
    servers.platform(),
    metrics(),
    servers.admin(),
  ]);
  const { primary } = storages;
  return createStatusReader({
    clock,
    backend: {
      location: primary.location,
      async ping(signal) {
        // One that was killed is started again, and its storage is there all the while.
        if (simulated) await servers.sandbox(signal);
        await (await primary.open()).ping(signal);
      },
    },
    readServers: async (signal) => (client ? readServers(client, signal) : []),
    ...(await counting(storages, clock, waitsForCounts ? longestCountMs : shortCountMs)),
    readFlags: async (signal) => (client ? (await servers.flags()).read(signal) : undefined),
    readMetrics: (signal) => source.read(signal),
    ...(readsBackups ? { readBackups: async (signal) => (await backups(signal)).figures } : {}),
    ...(memory ? { readMemory: (signal) => memory.unpersisted(signal) } : {}),
  });
}

async function counting({ primary, secondary }: Storages, clock: Clock, patienceMs: number) {
  if (!secondary) return {};
  const { createStorageCounts } = await import('../status/storages.ts');
  const both = [
    { role: 'primary', ...primary },
    { role: 'secondary', ...secondary },
  ] as const;
  return { countStorages: createStorageCounts(both, clock, patienceMs) };
}
