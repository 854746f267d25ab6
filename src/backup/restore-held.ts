/** The games of a restore that servers hold in memory: they let go of them first, or would write them again. */
import type { Check, Step } from '../action/action.ts';
import { evictStep } from '../action/evict-step.ts';
import { Fault } from '../base/fault.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import { findHolders, type Holders, hasOnlyCopy, heldUnverified } from '../platform/held-games.ts';
import { isLost, isRemoved, isTouched, type PlannedGame, type RestorePolicy } from './restore-decision.ts';
import type { RestoreDetail, RestoreTarget } from './restore-plan.ts';

/** What the plan says about them. */
export interface HeldPlan {
  /** Ids of games of which the plan says that what only memory has will be lost. */
  readonly discards: readonly string[];
  readonly warnings: readonly string[];
  readonly unverified: readonly string[];
}

export function planHeld(
  games: readonly PlannedGame[],
  holders: Holders | undefined,
  policy: RestorePolicy,
  { backend, isPlayed }: RestoreTarget,
): HeldPlan {
  const written = games.filter(isTouched);
  const ahead = written.flatMap((game) => {
    const holding = (isCurrent(game) && holders?.of.get(game.id)) || [];
    // Storage does not have it, so whatever memory has is only there.
    const only = holding.filter((holder) => hasOnlyCopy(holder) || game.found === 'absent');
    return only.length > 0 ? [{ id: game.id, label: `${gameLabel(game)} (revision ${newest(only)})` }] : [];
  });
  const played = written.filter((game) => game.held && isLost(game)).map(gameLabel);
  return {
    discards: ahead.map(({ id }) => id),
    warnings: [
      played.length > 0
        ? `In the memory of servers, so what becomes of them until then is kept and overwritten${unless(policy)}: ${namesOf(played)}`
        : '',
      ahead.length > 0
        ? `Only in the memory of a server, and lost with this: ${namesOf(ahead.map(({ label }) => label))}`
        : '',
    ].filter(Boolean),
    unverified: isPlayed
      ? heldUnverified(holders)
      : [`Whether other servers than those that are configured play from ${backend.location}`],
  };
}

const unless = (policy: RestorePolicy) =>
  policy === 'newer' ? ', unless it has come as far as the archive' : '';

const newest = (holders: readonly { held: { revision: number; ahead: number } }[]) =>
  Math.max(...holders.map(({ held }) => held.revision + held.ahead));

const isCurrent = ({ layout }: PlannedGame) => layout === 'current';

const idsOf = (games: readonly PlannedGame[]) =>
  games.filter((game) => isTouched(game) && isCurrent(game)).map(({ id }) => id);

/** Asks again who holds them: what was loaded since the plan is let go of too. */
export function letGoStep(
  name: string,
  open: () => Promise<AdminClient | undefined>,
  { games, discards }: RestoreDetail,
): Step {
  return {
    name,
    async run(context) {
      const admin = await open();
      if (!admin) return { kind: 'failed', fault: cannotAsk() };
      return evictStep({ name, admin, ids: idsOf(games), discards: new Set(discards) }).run(context);
    },
  };
}

function cannotAsk(): Fault {
  const what = 'The plan has servers let go of games, and this session cannot ask them';
  return new Fault('refused', what, { next: 'Set STATE_ADMIN_TOKEN' });
}

/** A server that loaded a game again has what was restored, and may have played on. */
export async function checkHeld(
  admin: Pick<AdminClient, 'find' | 'holds'>,
  games: readonly PlannedGame[],
  signal?: AbortSignal,
): Promise<Check> {
  const ids = idsOf(games);
  const { of, unasked } = await findHolders(admin, ids, signal);
  const stale = games.filter(
    (game) =>
      isTouched(game) &&
      isCurrent(game) &&
      (of.get(game.id) ?? []).some(
        ({ held }) => isRemoved(game) || held.revision < (game.revision ?? 0) || held.diverged_at !== null,
      ),
  );
  const found = [
    stale.length > 0
      ? `held as before: ${namesOf(stale.map(gameLabel))}`
      : `none of ${gamesText(ids.length)}`,
    unasked.length > 0 ? `not asked: ${namesOf(unasked.map(({ server }) => server))}` : '',
  ];
  const kind = stale.length > 0 ? 'fail' : unasked.length > 0 ? 'inconclusive' : 'pass';
  return {
    name: 'Games that a server holds as they were before',
    kind,
    found: found.filter(Boolean).join('; '),
  };
}
