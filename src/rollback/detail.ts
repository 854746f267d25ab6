/** What a plan of a rollback carries, and what its steps and checks share. */
import type { Room } from '../platform/client.ts';
import type { Flags } from '../platform/schemas.ts';

export interface RollbackDetail {
  readonly reason: string;
  /** Every server, as planning saw it. */
  readonly servers: readonly PlannedServer[];
}

export type PlannedServer =
  | { readonly server: string; readonly flags: Flags }
  /** The fault's message: plans are plain data. */
  | { readonly server: string; readonly unread: string };

export const liveRooms = (rooms: readonly Room[]) => rooms.filter(({ phase }) => phase !== 'GAME_OVER');

export const count = (amount: number, noun: string) => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
