/** A game server's memory in a test's hands, behind the admin client. */
import { Fault } from '../../src/base/fault.ts';
import type { AdminClient } from '../../src/platform/admin.ts';
import type { HeldSummary } from '../../src/platform/admin-schemas.ts';

interface FakeAdmin extends Pick<AdminClient, 'servers' | 'find' | 'evict'> {
  /** What each server holds, by id. */
  readonly memory: Readonly<Record<string, Map<string, HeldSummary>>>;
  /** Servers that do not answer. */
  readonly dead: Set<string>;
  /** Runs when a server lets go of a game, as its last write does. */
  onEvict: (id: string) => void;
  /** The games that were let go of, with what was said about losses. */
  readonly evicted: string[];
}

export const heldAt = (id: string, revision: number, given: Partial<HeldSummary> = {}): HeldSummary => ({
  ...{ id, revision, ahead: 0, phase: 'TURN' },
  ...{ unpersisted_since: null, diverged_at: null, state_hash: '' },
  ...given,
});

export function fakeAdmin(servers: readonly string[] = ['one', 'two']): FakeAdmin & AdminClient {
  const memory = Object.fromEntries(servers.map((server) => [server, new Map<string, HeldSummary>()]));
  const dead = new Set<string>();
  const evicted: string[] = [];
  const fault = new Fault('platform-unreachable', 'no answer');
  const fake: FakeAdmin = {
    servers,
    memory,
    dead,
    evicted,
    onEvict: () => {},
    find: async (ids) =>
      servers.map((server) =>
        dead.has(server)
          ? { server, fault }
          : { server, value: ids.flatMap((id) => memory[server]?.get(id) ?? []) },
      ),
    async evict(server, id, { discard }) {
      const held = memory[server]?.get(id);
      if (dead.has(server)) return { server, kind: 'failed', fault };
      if (!held) return { server, kind: 'not-held' };
      if (held.ahead > 0 && !discard) return { server, kind: 'refused', why: 'only in memory' };
      fake.onEvict(id);
      memory[server]?.delete(id);
      evicted.push(`${server} ${id}${discard ? ' discarded' : ''}`);
      return { server, kind: 'evicted', lost: held.ahead };
    },
  };
  // Holds for what the tests call: the rest of the client is not used by the code under test.
  return fake as FakeAdmin & AdminClient;
}
