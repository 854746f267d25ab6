/** Whether there is room for what a restore keeps before it writes. */
import type { Draft } from '../action/plan.ts';
import { archivesIn } from './archives-in.ts';
import { packedBytes } from './estimate.ts';
import { isLost } from './restore-decision.ts';
import type { RestoreDetail, RestoreParts } from './restore-plan.ts';
import { roomUnverified, roomWarnings } from './room.ts';

export async function lookForRoom(
  { store, packing }: RestoreParts,
  { safety, games, estimate }: RestoreDetail,
  signal?: AbortSignal,
): Promise<Pick<Draft<object>, 'warnings' | 'unverified'>> {
  if (!safety) return { warnings: [], unverified: [] };
  const kept = { games: games.filter(isLost).length, rawBytes: estimate.keptBytes };
  const bytes = packedBytes(kept, packing.codec, await archivesIn(store, signal));
  const room = await store.room();
  return {
    warnings: roomWarnings(store.location, room, { name: safety.name, bytes }),
    unverified: roomUnverified(store.location, room),
  };
}
