/** Which servers hold which games in memory, and would write them again over what is changed in storage. */
import type { Fault } from '../base/fault.ts';
import type { AdminClient } from './admin.ts';
import type { HeldSummary } from './admin-schemas.ts';

export interface Holder {
  readonly server: string;
  readonly held: HeldSummary;
}

export interface Holders {
  /** By id of the game; those that no server holds are missing. */
  readonly of: ReadonlyMap<string, readonly Holder[]>;
  /** Servers that could not be asked. */
  readonly unasked: readonly { readonly server: string; readonly fault: Fault }[];
}

export async function findHolders(
  admin: Pick<AdminClient, 'find'>,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Holders> {
  const of = new Map<string, Holder[]>();
  const unasked: Holders['unasked'][number][] = [];
  if (ids.length === 0) return { of, unasked };
  for (const answer of await admin.find([...new Set(ids)], signal)) {
    const { server } = answer;
    if ('fault' in answer) unasked.push({ server, fault: answer.fault });
    else for (const held of answer.value) of.set(held.id, [...(of.get(held.id) ?? []), { server, held }]);
  }
  return { of, unasked };
}

/** Something that only this server's memory has, and that goes with it. */
export const hasOnlyCopy = ({ held }: Holder): boolean => held.ahead > 0 || held.diverged_at !== null;

/** What a plan says that it could not check; none when every server was asked. */
export function heldUnverified(holders: Holders | undefined): readonly string[] {
  const what = 'holds any of these games in memory and will write it again';
  if (!holders) return [`Whether a game server ${what}: set STATE_ADMIN_TOKEN to have them asked`];
  return holders.unasked.map(({ server, fault }) => `Whether ${server} ${what}: ${fault.message}`);
}
