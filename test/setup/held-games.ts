/** What game servers hold in memory, in the hands of a test. */
import { Fault } from '../../src/base/fault.ts';
import type { AdminClient } from '../../src/platform/admin.ts';
import type { HeldSummary } from '../../src/platform/admin-schemas.ts';

export interface HeldGames extends AdminClient {
  /** Puts a game into the memory of `server`. */
  hold(server: string, id: string, held?: Partial<HeldSummary>): void;
  /** Servers that do not answer. */
  readonly dead: Set<string>;
  readonly calls: string[];
  /** Runs when a game is evicted, before the server lets go of it. */
  onEvict: () => Promise<void>;
}

export function heldGames(...servers: readonly string[]): HeldGames {
  const memory = new Map(servers.map((server) => [server, new Map<string, HeldSummary>()]));
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
    onEvict: async () => {},
    hold(server, id, held = {}) {
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
    game: notUsed,
    unpersisted: notUsed,
    cache: notUsed,
    setCache: notUsed,
  };
  return admin;
}
