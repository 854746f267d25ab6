/** Who may still write games of the legacy layout: its writers compare nothing, so one of them would undo a migration. */
import type { PlatformClient } from '../platform/client.ts';

export type RoomLister = Pick<PlatformClient, 'rooms'>;

/**
 * The ids of the games on the servers' tables, with the server.
 *
 * @throws Fault of the first server that does not answer: it may have any game
 */
export async function playedRooms(
  platform: RoomLister | undefined,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const played = new Map<string, string>();
  for (const answer of (await platform?.rooms(signal)) ?? []) {
    if ('fault' in answer) throw answer.fault;
    for (const { id } of answer.value) played.set(id, answer.server);
  }
  return played;
}
