/** Which servers hold which games in memory, and would write them again over what is changed in storage. */
import type { Fault } from '../base/fault.ts';
import type { AdminClient } from './admin.ts';
import type { HeldSummary } from './admin-schemas.ts';

export interface Holder {
  readonly server: string;
  readonly held: HeldSummary;
}

/** This server moves the game no further before then. */
export interface ServerHold {
  readonly server: string;
  readonly id: string;
  readonly untilMs: number;
}

export interface Holders {
  /** By id of the game; those that no server holds are missing. */
  readonly of: ReadonlyMap<string, readonly Holder[]>;
  /** Which of these games an operator has stopped, whether they are in memory or not. */
  readonly holds: readonly ServerHold[];
  /** Servers that could not be asked. */
  readonly unasked: readonly { readonly server: string; readonly fault: Fault }[];
}

export async function findHolders(
  admin: Pick<AdminClient, 'find' | 'holds'>,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Holders> {
  const of = new Map<string, Holder[]>();
  const asked = new Set(ids);
  if (asked.size === 0) return { of, holds: [], unasked: [] };
  const [found, holding] = await Promise.all([admin.find([...asked], signal), findHolds(admin, signal)]);
  const unasked = new Map(holding.unasked.map((one) => [one.server, one]));
  for (const answer of found) {
    const { server } = answer;
    if ('fault' in answer) unasked.set(server, { server, fault: answer.fault });
    else for (const held of answer.value) of.set(held.id, [...(of.get(held.id) ?? []), { server, held }]);
  }
  return { of, holds: holding.holds.filter(({ id }) => asked.has(id)), unasked: [...unasked.values()] };
}

/** All games that are on hold. */
export async function findHolds(
  admin: Pick<AdminClient, 'holds'>,
  signal?: AbortSignal,
): Promise<Pick<Holders, 'holds' | 'unasked'>> {
  const answers = await admin.holds(signal);
  return {
    holds: answers.flatMap((answer) =>
      'fault' in answer
        ? []
        : answer.value.map(({ id, until }) => ({ server: answer.server, id, untilMs: Date.parse(until) })),
    ),
    unasked: answers.flatMap((answer) => ('fault' in answer ? [answer] : [])),
  };
}

/** Until when nobody moves this game; undefined where a server that has it in memory may at any time. */
export function stillUntil({ of, holds }: Holders, id: string): number | undefined {
  const ends = new Map(
    holds.filter((hold) => hold.id === id).map(({ server, untilMs }) => [server, untilMs]),
  );
  const playedOn = (of.get(id) ?? []).map(({ server }) => ends.get(server));
  if (playedOn.includes(undefined) || ends.size === 0) return undefined;
  return Math.min(...ends.values());
}

/** Something that only this server's memory has, and that goes with it. */
export const hasOnlyCopy = ({ held }: Holder): boolean => held.ahead > 0 || held.diverged_at !== null;

/** What a plan says that it could not check; none when every server was asked. */
export function heldUnverified(holders: Holders | undefined): readonly string[] {
  const what = 'holds any of these games in memory and will write it again';
  if (!holders) return [`Whether a game server ${what}: set STATE_ADMIN_TOKEN to have them asked`];
  return holders.unasked.map(({ server, fault }) => `Whether ${server} ${what}: ${fault.message}`);
}
