/** Moves slots of a real cluster from one master to another, step by step. */
import { keyOf } from '../../src/backend/redis/keys.ts';
import { slotOf } from '../../src/backend/redis/slots.ts';
import type { TestRedis } from './redis.ts';
import { ask, type TestCluster, until } from './redis-cluster.ts';

export const slotOfGame = (id: string) => slotOf(keyOf({ id, layout: 'current' }, ''));

/** The master that began with the slots of this game, and one that did not. */
export function sidesOf({ masters }: TestCluster, id: string): readonly [from: TestRedis, to: TestRedis] {
  const at = Math.floor(slotOfGame(id) / Math.ceil(16_384 / masters.length));
  const [from, to] = [masters[at], masters[(at + 1) % masters.length]];
  if (!from || !to) throw new Error('The cluster lacks masters');
  return [from, to];
}

const idOf = async (node: TestRedis) => String(await ask(node, 'CLUSTER', 'MYID'));

export async function openSlot(slot: number, from: TestRedis, to: TestRedis): Promise<void> {
  await ask(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from));
  await ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to));
}

export async function moveKeys(slot: number, from: TestRedis, to: TestRedis, most = 1_000): Promise<void> {
  const keys = (await ask(from, 'CLUSTER', 'GETKEYSINSLOT', slot, most)) as string[];
  if (keys.length > 0) await ask(from, 'MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys);
}

/**
 * Until all masters have heard of it: the next move would give the slot an epoch that is none too many to one who has
 * not, and then each could go on believing that the other has it.
 */
export async function settleSlot({ masters }: TestCluster, slot: number, to: TestRedis): Promise<void> {
  const owner = await idOf(to);
  const tell = (node: TestRedis) => ask(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', owner);
  for (const node of [to, ...masters.filter((other) => other !== to)]) await tell(node);
  await until(async () => {
    const known = await Promise.all(masters.map((node) => ownerOf(slot, node)));
    const [own] = known.filter((_, n) => masters[n] === to);
    return known.every((each) => each === own && each?.startsWith(owner));
  });
}

/** Its id and epoch, as this server knows them. */
async function ownerOf(slot: number, node: TestRedis): Promise<string | undefined> {
  const lines = String(await ask(node, 'CLUSTER', 'NODES')).split('\n');
  const line = lines.find((each) =>
    each
      .split(' ')
      .slice(8)
      .map((range) => range.split('-').map(Number))
      .some(([first = -1, last = first]) => slot >= first && slot <= last),
  );
  const fields = line?.split(' ') ?? [];
  return line && `${fields[0]} ${fields[6]}`;
}

export async function moveSlot(
  cluster: TestCluster,
  slot: number,
  from: TestRedis,
  to: TestRedis,
): Promise<void> {
  await openSlot(slot, from, to);
  await moveKeys(slot, from, to);
  await settleSlot(cluster, slot, to);
}
