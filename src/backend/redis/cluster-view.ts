/** Who has which slot, as each master tells of itself; two views tell which slots may have moved in between. */
import { type Endpoint, nameOf } from './address.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { slotCount } from './slots.ts';

export interface SlotView {
  readonly owner: Endpoint;
  /** While it moves: where its keys go. */
  readonly goesTo: Endpoint | undefined;
  /** Differs from that of an earlier view whenever keys may have moved in between. */
  readonly signature: string;
}

/** Of every slot. */
export type ClusterView = readonly SlotView[];

interface Self {
  readonly id: string;
  readonly server: Endpoint;
  readonly epoch: number;
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** Slots with the id of the server that their keys go to. */
  readonly leaving: ReadonlyMap<number, string>;
  readonly arriving: ReadonlySet<number>;
}

/** @throws Fault when a master does not answer, or a slot is served by nobody */
export async function viewCluster(nodes: ClusterNodes): Promise<ClusterView> {
  const map = await nodes.fresh();
  map.checkWhole();
  const selves = await Promise.all(
    map.shards.map(async ({ master }) => {
      const answer = await nodes.pool(master).run((redis) => redis.call('CLUSTER', 'NODES'), 'bulk');
      return parseSelf(String(answer), master);
    }),
  );
  return Array.from({ length: slotCount }, (_, slot) => {
    // Both have it until the older owner has heard of the newer one.
    const [self] = selves.filter((each) => owns(each, slot)).sort((a, b) => b.epoch - a.epoch);
    const owner = self?.server ?? map.shardOf(slot).master;
    const target = self?.leaving.get(slot);
    const goesTo = selves.find(({ id }) => id === target)?.server;
    const arrives = selves.filter(({ arriving }) => arriving.has(slot)).map(({ id }) => id);
    const signature = [self?.id, self?.epoch, target, ...arrives].join(' ');
    return { owner, goesTo, signature };
  });
}

const owns = ({ ranges }: Self, slot: number) =>
  ranges.some(([first, last]) => slot >= first && slot <= last);

/** Of `CLUSTER NODES` the line about the server that answers; only there it says which slots are on the move. */
function parseSelf(answer: string, server: Endpoint): Self {
  const fields =
    answer
      .split('\n')
      .find((line) => line.split(' ')[2]?.includes('myself'))
      ?.split(' ') ?? [];
  const slots = fields.slice(8);
  const open = slots.map((slot) => /^\[(\d+)-([<>])-(\w+)\]$/.exec(slot) ?? []);
  return {
    id: fields[0] ?? nameOf(server),
    server,
    epoch: Number(fields[6] ?? 0),
    ranges: slots.flatMap((slot) => {
      const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(slot) ?? [];
      return first === undefined ? [] : [[Number(first), Number(last ?? first)] as const];
    }),
    leaving: new Map(open.flatMap(([, slot, way, id]) => (way === '>' && id ? [[Number(slot), id]] : []))),
    arriving: new Set(open.flatMap(([, slot, way]) => (way === '<' ? [Number(slot)] : []))),
  };
}
