/** One transition: played in memory, and written unless policy or strategy have it wait. */
import type { EngineContext } from './context.ts';
import type { Position, Transition, Transitioned } from './engine.ts';
import { type Ahead, type Held, type Pending, positionOf } from './held.ts';
import type { Changed } from './patch.ts';
import { afterConflict, giveUpUnwanted, store } from './store.ts';

/** Characters that an event keeps of what a game's code said when it failed. */
const longestError = 2000;

type Moving = Pick<Transition, 'type' | 'to' | 'actor' | 'error'>;

export async function advance(
  context: EngineContext,
  game: Held,
  transition: Moving,
  changed: Changed,
  signal?: AbortSignal,
): Promise<Transitioned> {
  const nowMs = context.clock.now();
  const waits = whyNotNow(context, game, transition, nowMs);
  const next = played(game, transition, changed, nowMs, waits);
  if (waits) {
    context.games.put(next);
    giveUpUnwanted(context, next);
    return unpersisted(next);
  }
  const own = { type: transition.type, patch: changed.patch };
  const result = await store(context, next, own, undefined, signal);
  if (result.kind === 'stored') return committed(result.game);
  if (result.kind === 'unpersisted') return unpersisted(result.game);
  afterConflict(context, game, result.actual);
  return conflict(positionOf(game), { revision: result.actual, ahead: 0 });
}

/** undefined: the transition is written at once. */
function whyNotNow(
  { policy, strategy }: EngineContext,
  game: Held,
  { to, error }: Moving,
  nowMs: number,
): 'disabled' | 'deferred' | undefined {
  if (!policy.shouldPersist(game.id)) return 'disabled';
  const isNow = strategy.writesNow({
    atMs: nowMs,
    from: game.revision + game.ahead === 0 ? null : game.phase,
    to,
    failed: error !== undefined,
    behind: game.pending?.why,
    sinceMs: game.pending?.sinceMs ?? nowMs,
  });
  return isNow ? undefined : 'deferred';
}

/** The game with one more transition, which so far is only in memory. */
function played(
  game: Held,
  { to, actor, error }: Moving,
  { state, hash }: Changed,
  nowMs: number,
  waits: 'disabled' | 'deferred' | undefined,
): Ahead {
  const before = game.pending;
  const ahead = game.ahead + 1;
  const pending: Pending = {
    sinceMs: before?.sinceMs ?? nowMs,
    newestAtMs: nowMs,
    actor,
    why: waits ?? before?.why ?? 'deferred',
    error:
      error === undefined ? before?.error : { inTransition: ahead, message: error.slice(0, longestError) },
    attempts: before?.attempts ?? [],
  };
  return { ...game, ahead, phase: to, state, hash, pending, formerly: [] };
}

export const conflict = (expected: Position, actual: Position): Transitioned => ({
  kind: 'conflict',
  expected: positionOf(expected),
  actual: positionOf(actual),
});

const committed = ({ revision, state }: Held): Transitioned => ({
  kind: 'committed',
  revision,
  ahead: 0,
  state,
});

const unpersisted = (game: Ahead): Transitioned => ({
  kind: 'unpersisted',
  ...positionOf(game),
  state: game.state,
  why: game.pending.why,
  sinceMs: game.pending.sinceMs,
});
