/** What a change of stored games means for servers that hold them in memory: they would write them again. */
import type { Step } from '../action/action.ts';
import { evictStep } from '../action/evict-step.ts';
import type { Change } from '../action/plan.ts';
import { type HeldThere, releaseStep } from '../action/release-step.ts';
import { Fault } from '../base/fault.ts';
import { idText } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import {
  findHolders,
  type Holder,
  type Holders,
  hasOnlyCopy,
  heldUnverified,
} from '../platform/held-games.ts';
import { holdWarnings } from './hold-words.ts';

/** What a person allows to be done to servers' memory. */
export interface EvictionChoice {
  /** Take the games out of memory first; without it a game that is held is refused. */
  readonly evict?: boolean | undefined;
  /** Accept the loss of what is only in memory. */
  readonly discard?: boolean | undefined;
}

/** undefined where no server can be asked. */
export const holdersOf = async (
  admin: Pick<AdminClient, 'find' | 'holds'> | undefined,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Holders | undefined> => (admin ? findHolders(admin, ids, signal) : undefined);

export interface PlannedEvictions {
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly unverified: readonly string[];
  readonly planned: Evictions;
}

/** Plain data for a plan: ids of games. */
export interface Evictions {
  /** That some server holds. */
  readonly evicts: readonly string[];
  /** Those of them of which something is lost for ever. */
  readonly discards: readonly string[];
  /** Those that an operator has stopped, and where: once they are written they go on. */
  readonly releases: readonly HeldThere[];
}

/**
 * A step that writes games, after the servers that hold any of them have let go. What was on hold goes on afterwards;
 * where the write failed it stays on hold, for another plan.
 */
export function evictedBefore(
  write: Step,
  name: string,
  { evicts, discards, releases }: Evictions,
  admin: AdminClient | undefined,
): Step[] {
  if (!admin) return [write];
  return [
    ...(evicts.length > 0 ? [evictStep({ name, admin, ids: evicts, discards: new Set(discards) })] : []),
    write,
    ...(releases.length > 0 ? [releaseStep('Let what was on hold go on', releases, admin)] : []),
  ];
}

/** @throws Fault `refused` for a game that is held, unless it may be evicted */
export function planEvictions(holders: Holders | undefined, choice: EvictionChoice): PlannedEvictions {
  const held = [...(holders?.of ?? [])].map(([id, by]) => ({ id, by }));
  if (held.length > 0 && !choice.evict) throw refused(held, 'is in the memory of a server', byEvicting);
  const onlyThere = held
    .map(({ id, by }) => ({ id, by: by.filter(hasOnlyCopy) }))
    .filter(({ by }) => by.length > 0);
  if (onlyThere.length > 0 && !choice.discard) {
    throw refused(onlyThere, 'has something that only memory has', byDiscarding);
  }
  return {
    changes: held.flatMap(({ id, by }) => by.map((holder) => evictionOf(id, holder))),
    warnings: [
      ...onlyThere.map(
        ({ id, by }) => `Lost for ever, of game ${idText(id)}: ${by.map(holderText).join('; ')}`,
      ),
      ...(holders ? holdWarnings(holders) : []),
    ],
    unverified: heldUnverified(holders),
    planned: {
      evicts: held.map(({ id }) => id),
      discards: onlyThere.map(({ id }) => id),
      releases: (holders?.holds ?? []).map(({ server, id }) => ({ server, id })),
    },
  };
}

/** Another server, or another position there, is another situation. */
export function holdersBasis(holders: Holders | undefined): readonly string[] {
  return [...(holders?.of ?? [])].map(([id, by]) => `${id}: ${by.map(holderText).sort().join('; ')}`).sort();
}

interface HeldGame {
  readonly id: string;
  readonly by: readonly Holder[];
}

const byEvicting = 'Add --evict to take it out of memory first, or wait until the server lets go of it';
const byDiscarding =
  'Wait until the server has saved it, which it does as soon as storage takes it; or accept the loss with --discard';
const namedAtMost = 5;

function refused(games: readonly HeldGame[], what: string, next: string): Fault {
  const names = games
    .slice(0, namedAtMost)
    .map(({ id, by }) => `game ${idText(id)} ${what}: ${by.map(holderText).join('; ')}`);
  const more = games.length - names.length;
  const message = [...names, ...(more > 0 ? [`and ${more} more games`] : [])].join('. ');
  return new Fault('refused', message.charAt(0).toUpperCase() + message.slice(1), { next });
}

function evictionOf(id: string, holder: Holder): Change {
  return {
    target: `game ${idText(id)} in the memory of ${holder.server}`,
    effect: 'delete',
    from: positionText(holder),
    why: 'evicted before the write',
  };
}

const holderText = (holder: Holder) => `${holder.server} has ${positionText(holder)}`;

function positionText({ held: { revision, ahead, diverged_at } }: Holder): string {
  const moves = ahead === 1 ? '1 transition' : `${ahead} transitions`;
  const diverged = diverged_at === null ? '' : `, gone another way than storage at ${diverged_at}`;
  return `revision ${revision}${ahead === 0 ? '' : ` and ${moves} that are nowhere else`}${diverged}`;
}
