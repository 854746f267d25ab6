/** What game servers hold in memory, in the hands of a test. */
import { Fault } from '../../src/base/fault.ts';
import type { AdminClient } from '../../src/platform/admin.ts';
import type { HeldSummary } from '../../src/platform/admin-schemas.ts';

export interface HeldGames extends AdminClient {
  /** Puts a game into the memory of `server`. */
  load(server: string, id: string, held?: Partial<HeldSummary>): void;
  /** Servers that do not answer. */
  readonly dead: Set<string>;
  readonly calls: string[];
  /** Times at which holds end, by server and game. */
  readonly onHold: Map<string, Map<string, number>>;
  /** Runs when a game is evicted, before the server lets go of it. */
  onEvict: () => Promise<void>;
}

export function heldGames(...servers: readonly string[]): HeldGames {
  const memory = new Map(servers.map((server) => [server, new Map<string, HeldSummary>()]));
  const onHold = new Map(servers.map((server) => [server, new Map<string, number>()]));
  const dead = new Set<string>();
  const calls: string[] = [];
  const fault = new Fault('platform-unreachable', 'no answer');
  const at = (server: string) => memory.get(server) ?? new Map<string, HeldSummary>();
  const notUsed = () => {
    throw new Error('Games do not use this');
  };
  const admin: HeldGames = {
    servers,
    dead,
    calls,
    onHold,
    onEvict: async () => {},
    load(server, id, held = {}) {
      at(server).set(id, {
        id,
        revision: 7,
        ahead: 0,
        phase: 'TURN',
        unpersisted_since: null,
        diverged_at: null,
        state_hash: '',
        ...held,
      });
    },
    find: async (ids) =>
      servers.map((server) =>
        dead.has(server)
          ? { server, fault }
          : { server, value: [...at(server).values()].filter(({ id }) => ids.includes(id)) },
      ),
    async evict(server, id, { discard }) {
      if (dead.has(server)) return { server, kind: 'failed', fault };
      calls.push(`evict ${id} from ${server}${discard ? ', discarding' : ''}`);
      await admin.onEvict();
      const held = at(server).get(id);
      if (!held) return { server, kind: 'not-held' };
      if (held.ahead > 0 && !discard) return { server, kind: 'refused', why: 'transitions would be lost' };
      at(server).delete(id);
      return { server, kind: 'evicted', lost: held.ahead };
    },
    async snapshot(server, id) {
      calls.push(`snapshot ${id} on ${server}`);
      const held = at(server).get(id);
      return held ? { server, kind: 'stored', revision: held.revision } : { server, kind: 'not-held' };
    },
    async hold(server, id, forMs) {
      if (dead.has(server)) return { server, kind: 'failed', fault };
      calls.push(`hold ${id} on ${server} for ${forMs}`);
      const untilMs = Date.UTC(2026, 10, 23, 12) + forMs;
      onHold.get(server)?.set(id, untilMs);
      return { server, kind: 'on-hold', untilMs, ahead: at(server).get(id)?.ahead ?? 0 };
    },
    async release(server, id) {
      if (dead.has(server)) return { server, kind: 'failed', fault };
      calls.push(`release ${id} on ${server}`);
      return { server, kind: onHold.get(server)?.delete(id) ? 'released' : 'not-on-hold' };
    },
    holds: async () =>
      servers.map((server) => {
        if (dead.has(server)) return { server, fault };
        const holds = [...(onHold.get(server) ?? [])];
        return {
          server,
          value: holds.map(([id, untilMs]) => ({ id, until: new Date(untilMs).toISOString() })),
        };
      }),
    game: notUsed,
    unpersisted: notUsed,
    cache: notUsed,
    setCache: notUsed,
  };
  return admin;
}
