import type { Finding } from '../port.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { isNotPermitted } from './faults.ts';
import { numberIn, textIn } from './info.ts';
import { slotCount } from './slots.ts';

/** Whether all slots are served, as each master judges it. */
export async function examineCluster(nodes: ClusterNodes): Promise<Finding> {
  const name = 'cluster';
  const { shards } = await nodes.fresh();
  const infos = await Promise.all(
    shards.map(({ master }) =>
      nodes.pool(master).run((redis) =>
        redis.call('CLUSTER', 'INFO').catch((thrown: unknown) => {
          if (isNotPermitted(thrown)) return undefined;
          throw thrown;
        }),
      ),
    ),
  );
  const told = infos.filter((info) => info !== undefined).map(String);
  if (told.length === 0) {
    return {
      name,
      kind: 'unknown',
      found: 'this user may not run CLUSTER INFO',
      next: 'Grant +cluster|info',
    };
  }
  const bad = told.find((info) => !isWhole(info));
  if (!bad) return { name, kind: 'ok', found: `${shards.length} masters, all slots served` };
  const served = `${numberIn(bad, 'cluster_slots_ok')} of ${slotCount} slots served`;
  return {
    name,
    kind: 'problem',
    found: `state ${textIn(bad, 'cluster_state')}, ${served}`,
    next: 'Check CLUSTER NODES for masters that failed',
  };
}

const isWhole = (info: string) =>
  textIn(info, 'cluster_state') === 'ok' && numberIn(info, 'cluster_slots_ok') === slotCount;
