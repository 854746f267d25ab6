/**
 * A scan over all masters, while slots may move from one to another and replicas may take over: it looks who has
 * which slot before and after, and lists what has moved again until nothing has. A game that is there throughout is
 * found; it may come twice.
 */
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { type Endpoint, nameOf } from './address.ts';
import type { Shard } from './cluster-map.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import type { Pool } from './pool.ts';
import { scanServer } from './servers.ts';
import { slotCount } from './slots.ts';

interface ClusterScan {
  readonly nodes: ClusterNodes;
  /** What answers the reads of a shard. */
  reader(shard: Shard): Pool;
  readonly pattern: string;
  readonly settings: { readonly clock: Clock; readonly access: { readonly operationTimeoutMs: number } };
}

const mostRounds = 30;
/** Beyond this it is cheaper to go through all keys of a server than through those of each slot. */
const slotsListedSingly = 200;
const pauseMs = 100;
const allKeys = 1_000_000_000;

export async function* scanCluster(scan: ClusterScan): AsyncGenerator<readonly Buffer[]> {
  let before = await viewCluster(scan.nodes);
  let todo = Array.from({ length: slotCount }, (_, slot) => slot);
  for (let round = 0; todo.length > 0; round++) {
    if (round === mostRounds) throw restless(todo.length);
    const unread = yield* readSlots(scan, before, todo, round);
    const after = await viewAgain(scan);
    const earlier = before;
    todo = todo.filter((slot) => unread.has(slot) || after[slot]?.signature !== earlier[slot]?.signature);
    before = after;
  }
}

/** Answers the slots whose server went away meanwhile. */
async function* readSlots(
  scan: ClusterScan,
  view: ClusterView,
  todo: readonly number[],
  round: number,
): AsyncGenerator<readonly Buffer[], Set<number>> {
  const unread = new Set<number>();
  for (const { owner, slots } of byOwner(view, todo)) {
    try {
      if (slots.length > slotsListedSingly) yield* scanOwner(scan, owner, round);
      else for (const slot of slots) yield await listSlot(scan, owner, slot);
      // Keys leave their owner for there, and never the other way: after the owner, so that none slips through.
      for (const slot of slots) {
        const goesTo = view[slot]?.goesTo;
        if (goesTo) yield await listSlot(scan, goesTo, slot);
      }
    } catch (thrown) {
      if (!(thrown instanceof Fault && thrown.retryable)) throw thrown;
      scan.nodes.doubt(nameOf(owner));
      for (const slot of slots) unread.add(slot);
    }
  }
  return unread;
}

function byOwner(view: ClusterView, todo: readonly number[]) {
  const groups = new Map<string, { readonly owner: Endpoint; readonly slots: number[] }>();
  for (const slot of todo) {
    const owner = view[slot]?.owner;
    if (!owner) continue;
    const group = groups.get(nameOf(owner)) ?? { owner, slots: [] };
    group.slots.push(slot);
    groups.set(nameOf(owner), group);
  }
  return groups.values();
}

/** What has moved is read where it is now: a replica may not have it yet. */
async function* scanOwner({ nodes, reader, pattern }: ClusterScan, owner: Endpoint, round: number) {
  const { shards } = await nodes.map();
  const shard = shards.find(({ master }) => nameOf(master) === nameOf(owner));
  const pool = round === 0 && shard ? reader(shard) : nodes.pool(owner);
  yield* scanServer(async () => pool, pattern);
}

const listSlot = ({ nodes }: ClusterScan, server: Endpoint, slot: number): Promise<Buffer[]> =>
  nodes.pool(server).run(async (redis) => {
    const keys = await redis.callBuffer('CLUSTER', 'GETKEYSINSLOT', slot, allKeys);
    // The documented answer: a list of keys.
    return keys as Buffer[];
  }, 'bulk');

/** In a failover nobody has the slots of the lost master, until one of its replicas is elected. */
async function viewAgain({ nodes, settings: { clock, access } }: ClusterScan): Promise<ClusterView> {
  const giveUpAtMs = clock.now() + access.operationTimeoutMs;
  for (;;) {
    try {
      return await viewCluster(nodes);
    } catch (thrown) {
      const mayHelp = thrown instanceof Fault && thrown.retryable && clock.now() < giveUpAtMs;
      if (!mayHelp) throw thrown;
      await clock.sleep(pauseMs);
    }
  }
}

function restless(slots: number): Fault {
  return new Fault(
    'backend-unreachable',
    `${slots} slots of the Redis cluster keep moving while they are read`,
    {
      next: 'Try again once the cluster has been resharded',
      retryable: true,
    },
  );
}
