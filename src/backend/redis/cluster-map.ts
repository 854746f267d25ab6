/** Who serves which slot of a cluster, as one of its servers tells it. */
import { Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf } from './address.ts';
import { slotCount } from './slots.ts';

export interface Shard {
  readonly id: string;
  readonly master: Endpoint;
  readonly replicas: readonly Endpoint[];
}

export interface ClusterMap {
  readonly shards: readonly Shard[];
  /** @throws Fault when no server has this slot now */
  shardOf(slot: number): Shard;
  /** @throws Fault unless every slot is served: games would be missing */
  checkWhole(): void;
  /** The same map, but a server said that it has this slot. */
  moved(slot: number, to: Endpoint): void;
}

/** @param asked the host that answered: what it calls itself may be left out */
export function parseClusterSlots(answer: unknown, asked: Endpoint): ClusterMap {
  const owners: (Shard | undefined)[] = new Array(slotCount);
  const shards = new Map<string, Shard>();
  for (const range of listOf(answer)) {
    const [first, last, ...nodes] = listOf(range);
    const [master, ...replicas] = nodes.map((node) => nodeOf(node, asked.host));
    if (!master) continue;
    const id = master.id || nameOf(master);
    const shard = shards.get(id) ?? { id, master, replicas };
    shards.set(id, shard);
    owners.fill(shard, Number(first), Number(last) + 1);
  }
  return {
    shards: [...shards.values()],
    shardOf(slot) {
      const shard = owners[slot];
      if (!shard) throw uncovered(1);
      return shard;
    },
    checkWhole() {
      let missing = 0;
      for (let slot = 0; slot < slotCount; slot++) if (!owners[slot]) missing++;
      if (missing > 0) throw uncovered(missing);
    },
    moved(slot, to) {
      const known = [...shards.values()].find(({ master }) => nameOf(master) === nameOf(to));
      owners[slot] = known ?? { id: nameOf(to), master: to, replicas: [] };
    },
  };
}

function uncovered(slots: number): Fault {
  return new Fault('backend-unreachable', `No server of the Redis cluster serves ${slots} of its slots`, {
    next: 'Check CLUSTER INFO and CLUSTER SLOTS; bring the missing master or its replica back',
    retryable: true,
  });
}

/** Host, port, id, and in turn names and values of what else is known. */
function nodeOf(answer: unknown, askedHost: string): Endpoint & { readonly id: string } {
  const [host, port, id, more] = listOf(answer);
  return {
    host: hostOf(host === null ? '' : String(host), listOf(more), askedHost),
    port: Number(port),
    id: id === undefined ? '' : String(id),
  };
}

/** Left out, it is the one that was asked; `?` is a server that should have announced its name and did not. */
function hostOf(host: string, more: readonly unknown[], askedHost: string): string {
  if (host !== '?') return host || askedHost;
  const at = more.indexOf('ip');
  return at < 0 ? askedHost : String(more[at + 1]);
}

const listOf = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : []);
