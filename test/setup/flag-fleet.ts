import { Fault } from '../../src/base/fault.ts';
import type { FlagStore, FlagWrite } from '../../src/flags/store.ts';
import type { Answer, PlatformClient, Room } from '../../src/platform/client.ts';
import type { BulkUpdate, Flags, Health } from '../../src/platform/schemas.ts';

/**
 * What a server does wrong. `refuses`: says no. `ignores`: says yes and does nothing. `late`: shows the write after
 * some reads. `cut`: applies it, and the answer is lost. `lost`: neither. `dies`: down from the write on.
 */
export const serverFaults = ['none', 'down', 'refuses', 'ignores', 'late', 'cut', 'lost', 'dies'] as const;
export type ServerFault = (typeof serverFaults)[number];

export interface FakeServer {
  readonly name: string;
  flags: Flags;
  fault: ServerFault;
  healthy: boolean;
  rooms: readonly Room[];
  /** Reads left until a late write shows. */
  pending: { flags: Flags; reads: number } | undefined;
}

export function flags(percentage: number | 'off'): Flags {
  const value = percentage === 'off' ? { enabled: false, percentage: 0 } : { enabled: true, percentage };
  return {
    use_state_persistence: { ...value },
    enable_state_snapshots: { ...value },
    enable_state_recovery: { ...value },
  };
}

export const fakeServer = (name: string, has: Partial<FakeServer> = {}): FakeServer => ({
  name,
  flags: flags(100),
  fault: 'none',
  healthy: true,
  rooms: [],
  pending: undefined,
  ...has,
});

export const room = (id: string, phase = 'TURN'): Room => ({
  id,
  name: id,
  phase,
  players: 2,
  persisted: true,
});

/** A fleet in memory with its flag store and API; `writes` records every update that was sent. */
export function flagFleet(servers: readonly FakeServer[]) {
  const writes: BulkUpdate[] = [];
  const down = ({ name }: FakeServer) => new Fault('platform-unreachable', `${name} did not answer`);
  const answer = <T>(server: FakeServer, value: T): Answer<T> =>
    server.fault === 'down' ? { server: server.name, fault: down(server) } : { server: server.name, value };

  const store: FlagStore = {
    place: 'the fake fleet',
    async read(signal) {
      signal?.throwIfAborted();
      for (const server of servers) showLateWrite(server);
      return {
        atMs: 0,
        servers: servers.map((server) =>
          server.fault === 'down'
            ? { server: server.name, fault: down(server) }
            : { server: server.name, flags: structuredClone(server.flags) },
        ),
      };
    },
    async write(update, signal) {
      signal?.throwIfAborted();
      writes.push(update);
      return servers.flatMap((server) => writeTo(server, update));
    },
  };
  const platform: Pick<PlatformClient, 'health' | 'rooms'> = {
    health: async () => servers.map((server) => answer(server, healthOf(server))),
    rooms: async () => servers.map((server) => answer(server, server.rooms)),
  };
  return { servers, writes, store, platform };
}

const healthOf = ({ healthy }: FakeServer): Health => ({ components: { state_management: { healthy } } });

function showLateWrite(server: FakeServer): void {
  if (!server.pending || --server.pending.reads > 0) return;
  server.flags = server.pending.flags;
  server.pending = undefined;
}

function writeTo(server: FakeServer, update: BulkUpdate): FlagWrite[] {
  const before = server.flags;
  const after = apply(before, update);
  if (server.fault === 'dies') server.fault = 'down';
  if (server.fault === 'late') server.pending = { flags: after, reads: 3 };
  else if (server.fault === 'none' || server.fault === 'cut') server.flags = after;
  return update.map(({ name }) => {
    const row = { server: server.name, flag: name };
    const fault = new Fault('platform-failed', `${server.name}: ${server.fault}`);
    if (server.fault === 'cut' || server.fault === 'lost') return { ...row, kind: 'unknown', fault };
    if (server.fault === 'down' || server.fault === 'refuses') return { ...row, kind: 'failed', fault };
    return { ...row, kind: before[name].enabled === after[name].enabled ? 'unchanged' : 'changed' };
  });
}

function apply(before: Flags, update: BulkUpdate): Flags {
  const after = structuredClone(before);
  for (const { name, enabled } of update) after[name].enabled = enabled;
  return after;
}
