/** How a game moves on: in memory at once, in storage as far as policy and backend allow. */
import { Fault } from '../base/fault.ts';
import type { GameId, Json } from '../game/game.ts';
import { nextPhases, type Phase } from '../game/phases.ts';
import { type Committed, commit, type Own } from './commit.ts';
import type { EngineContext } from './context.ts';
import type { Position, Transition, Transitioned } from './engine.ts';
import { type Ahead, type Held, isAhead, isAt, positionOf } from './held.ts';
import { findAt } from './lookup.ts';
import { type Changed, changeBy, changeTo, firstState } from './patch.ts';
import { queueSnapshot } from './snapshots.ts';

const nowhere: Position = { revision: 0, ahead: 0 };

export async function createGame(
  context: EngineContext,
  id: GameId,
  initial: Json,
  actor: string,
  signal?: AbortSignal,
): Promise<Transitioned> {
  return observed(context, null, 'NOT_STARTED', async () => {
    const held = context.games.get(id);
    if (held) return conflict(nowhere, held);
    const about = { type: 'CREATED', to: 'NOT_STARTED', actor } as const;
    return advance(context, unborn(context, id), about, firstState(initial), signal);
  });
}

/** @throws Fault `not-found`, `game-invalid` */
export async function appendTransition(
  context: EngineContext,
  id: GameId,
  transition: Transition,
  expected: Position,
  signal?: AbortSignal,
): Promise<Transitioned> {
  const { to } = transition;
  const game = await findAt(context, id, expected, signal).catch((thrown: unknown) => {
    context.observer.transition({ from: null, to, outcome: 'error' });
    throw thrown;
  });
  return observed(context, game.phase, to, async () => {
    if (!isAt(game, expected)) return conflict(expected, game);
    checkMove(id, game.phase, to);
    return advance(context, game, transition, change(game.state, transition), signal);
  });
}

async function observed(
  { observer }: EngineContext,
  from: Phase | null,
  to: Phase,
  move: () => Promise<Transitioned>,
): Promise<Transitioned> {
  let outcome: 'ok' | 'error' | 'unpersisted' = 'error';
  try {
    const moved = await move();
    if (moved.kind !== 'conflict') outcome = moved.kind === 'committed' ? 'ok' : 'unpersisted';
    return moved;
  } finally {
    observer.transition({ from, to, outcome });
  }
}

/** Tries to bring a game's pending transitions into storage, and holds what came of it. */
export async function store(
  context: EngineContext,
  game: Ahead,
  own: Own | undefined,
  signal?: AbortSignal,
): Promise<Committed> {
  const result = await commit(context, game, own, signal);
  if (result.kind === 'conflict') return result;
  context.games.put(result.game);
  if (result.kind === 'stored') afterStored(context, game, result.game, !own || game.ahead > 1);
  return result;
}

/**
 * A game that ended while it is not to be stored has no write to wait for; else memory would fill with such games
 * for as long as persistence is off. A catch-up still brings it in when persistence is on again before it is evicted.
 */
export function giveUpUnwanted({ games, policy }: EngineContext, game: Held): void {
  if (game.phase !== 'GAME_OVER' || game.divergedAt !== undefined || policy.shouldPersist(game.id)) return;
  games.giveUp(game.id);
}

/** While storage takes no writes, games that end pile up for as long as storage would have kept them, no longer. */
export function dropOutlived({ games, clock, settings }: EngineContext, game: Held): void {
  if (!isAhead(game) || game.phase !== 'GAME_OVER' || game.divergedAt !== undefined) return;
  if (clock.now() - game.pending.newestAtMs >= settings.completedRetentionMs) games.drop(game.id);
}

/** What memory holds when storage went further without it: dropped, unless it is the only copy of something. */
export function afterConflict({ games }: EngineContext, game: Held, storedRevision: number): void {
  if (isAhead(game)) games.put({ ...game, divergedAt: storedRevision });
  else games.drop(game.id);
}

async function advance(
  context: EngineContext,
  game: Held,
  { type, to, actor }: Pick<Transition, 'type' | 'to' | 'actor'>,
  { state, hash, patch }: Changed,
  signal?: AbortSignal,
): Promise<Transitioned> {
  const nowMs = context.clock.now();
  const sinceMs = game.pending?.sinceMs ?? nowMs;
  const next: Ahead = {
    ...game,
    ahead: game.ahead + 1,
    phase: to,
    state,
    hash,
    pending: { sinceMs, newestAtMs: nowMs, actor, attempts: game.pending?.attempts ?? [] },
    formerly: [],
  };
  if (!context.policy.shouldPersist(game.id)) {
    context.games.put(next);
    giveUpUnwanted(context, next);
    return unpersisted(next, 'disabled', sinceMs);
  }
  const result = await store(context, next, { type, patch }, signal);
  if (result.kind === 'stored') return { kind: 'committed', revision: result.game.revision, ahead: 0 };
  if (result.kind === 'unpersisted') return unpersisted(result.game, result.why, sinceMs);
  afterConflict(context, game, result.actual);
  return conflict(positionOf(game), { revision: result.actual, ahead: 0 });
}

function afterStored(context: EngineContext, before: Held, game: Held, caughtUp: boolean): void {
  const trigger = context.strategy.snapshotAfter({
    atMs: context.clock.now(),
    from: before.storedPhase,
    to: game.phase,
    caughtUp,
    snapshotAtMs: game.snapshotAtMs,
  });
  if (trigger) queueSnapshot(context, game.id, trigger);
}

/** What comes before the event that creates a game. */
function unborn({ clock }: EngineContext, id: GameId): Held {
  return {
    id,
    revision: 0,
    ahead: 0,
    phase: 'NOT_STARTED',
    state: null,
    hash: '',
    storedPhase: null,
    pending: undefined,
    divergedAt: undefined,
    formerly: [],
    unproved: false,
    events: 0,
    snapshotRevision: 0,
    snapshotAtMs: clock.now(),
  };
}

function change(from: Json, { change: by }: Transition): Changed {
  return 'patch' in by ? changeBy(from, by.patch) : changeTo(from, by.state);
}

function checkMove(id: GameId, from: Phase, to: Phase): void {
  if (nextPhases[from].includes(to)) return;
  throw new Fault('game-invalid', `Game ${id} cannot go from ${from} to ${to}`, {
    next: nextPhases[from].length > 0 ? `Go to ${nextPhases[from].join(' or ')}` : 'Create another game',
  });
}

const conflict = (expected: Position, actual: Position): Transitioned => ({
  kind: 'conflict',
  expected: positionOf(expected),
  actual: positionOf(actual),
});

const unpersisted = (
  game: Position,
  why: 'disabled' | 'breaker-open' | 'failed',
  sinceMs: number,
): Transitioned => ({ kind: 'unpersisted', ...positionOf(game), why, sinceMs });
