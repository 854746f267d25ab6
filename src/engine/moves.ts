/** How a game moves on: in memory at once, in storage as far as policy and backend allow. */
import type { GameId, Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { SnapshotTrigger } from '../game/record.ts';
import { type Committed, commit } from './commit.ts';
import type { EngineContext } from './context.ts';
import type { Position, Transition, Transitioned } from './engine.ts';
import { type Ahead, type Held, isAhead, isAt, type Pending, positionOf } from './held.ts';
import { findAt } from './lookup.ts';
import { type Changed, changeBy, changeTo, firstState } from './patch.ts';
import { queueSnapshot, queueTrim } from './snapshots.ts';
import { checkTransition } from './validation.ts';
import type { Own } from './write.ts';

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
    const first = firstState(initial);
    checkTransition(context, id, null, 'NOT_STARTED', first.state);
    return advance(context, unborn(context, id), about, first, signal);
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
    const changed = change(game.state, transition);
    checkTransition(context, id, game.phase, to, changed.state);
    return advance(context, game, transition, changed, signal);
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
  trigger: SnapshotTrigger,
  signal?: AbortSignal,
): Promise<Committed> {
  const result = await commit(context, game, own, trigger, signal);
  if (context.strategy.writes === 'snapshot') {
    context.observer.snapshot({ trigger, outcome: result.kind === 'stored' ? 'ok' : 'error' });
  }
  if (result.kind === 'conflict') return result;
  context.games.put(result.game);
  if (result.kind === 'stored') afterStored(context, game, result.game, !own || game.ahead > 1);
  return result;
}

/** Why a game is written now, for the snapshot that a write may be. */
export function triggerOf({ pending, phase, storedPhase }: Ahead): SnapshotTrigger {
  if (pending.error !== undefined) return 'error';
  if (phase !== storedPhase) return 'phase';
  return pending.why === 'deferred' ? 'interval' : 'gap';
}

/**
 * A game that ended while it is not to be stored has no write to wait for; else memory would fill with such games
 * for as long as persistence is off. A catch-up still brings it in when persistence is on again before it is evicted.
 */
export function giveUpUnwanted({ games, policy }: EngineContext, game: Held): void {
  if (game.phase !== 'GAME_OVER' || game.divergedAt !== undefined || policy.shouldPersist(game.id)) return;
  games.giveUp(game.id);
}

/** While storage takes no writes, games that end pile up, but not for ever: then they are lost, and it is said. */
export function dropOutlived({ games, clock, settings }: EngineContext, game: Held): void {
  if (!isAhead(game) || game.phase !== 'GAME_OVER' || game.divergedAt !== undefined) return;
  if (clock.now() - game.pending.newestAtMs < settings.completedRetentionMs) return;
  games.lose(game.id, 'outlived');
}

/** What memory holds when storage went further without it: dropped, unless it is the only copy of something. */
export function afterConflict({ games }: EngineContext, game: Held, storedRevision: number): void {
  if (isAhead(game)) games.put({ ...game, divergedAt: storedRevision });
  else games.drop(game.id);
}

async function advance(
  context: EngineContext,
  game: Held,
  transition: Pick<Transition, 'type' | 'to' | 'actor' | 'error'>,
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
  const result = await store(context, next, own, triggerOf(next), signal);
  if (result.kind === 'stored') return { kind: 'committed', revision: result.game.revision, ahead: 0 };
  if (result.kind === 'unpersisted') return unpersisted(result.game);
  afterConflict(context, game, result.actual);
  return conflict(positionOf(game), { revision: result.actual, ahead: 0 });
}

/** undefined: the transition is written at once. */
function whyNotNow(
  { policy, strategy }: EngineContext,
  game: Held,
  { to, error }: Pick<Transition, 'to' | 'error'>,
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
  { to, actor, error }: Pick<Transition, 'to' | 'actor' | 'error'>,
  { state, hash }: Changed,
  nowMs: number,
  waits: 'disabled' | 'deferred' | undefined,
): Ahead {
  const before = game.pending;
  const pending: Pending = {
    sinceMs: before?.sinceMs ?? nowMs,
    newestAtMs: nowMs,
    actor,
    why: waits ?? before?.why ?? 'deferred',
    error: error ?? before?.error,
    attempts: before?.attempts ?? [],
  };
  return { ...game, ahead: game.ahead + 1, phase: to, state, hash, pending, formerly: [] };
}

function afterStored(context: EngineContext, before: Ahead, game: Held, caughtUp: boolean): void {
  const trigger = context.strategy.snapshotAfter({
    atMs: context.clock.now(),
    from: before.storedPhase,
    to: game.phase,
    failed: before.pending.error !== undefined,
    caughtUp,
    snapshotAtMs: game.snapshotAtMs,
    eventsSince: game.revision - game.snapshotRevision,
  });
  if (trigger) queueSnapshot(context, game.id, trigger);
  else queueTrim(context, game);
  warnOfBound(context, game);
}

/** Where there may be no snapshots, events are all that there is, and stay. */
function warnOfBound({ settings, policy, observer }: EngineContext, { id, events }: Held): void {
  if (events >= settings.maxEvents && !policy.shouldSnapshot(id)) observer.overBound({ id, events });
}

/** What comes before the event that creates a game. */
function unborn({ clock }: EngineContext, id: GameId): Held {
  const nowMs = clock.now();
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
    snapshotAtMs: nowMs,
    agesFromMs: nowMs,
  };
}

function change(from: Json, { change: by }: Transition): Changed {
  return 'patch' in by ? changeBy(from, by.patch) : changeTo(from, by.state);
}

const conflict = (expected: Position, actual: Position): Transitioned => ({
  kind: 'conflict',
  expected: positionOf(expected),
  actual: positionOf(actual),
});

const unpersisted = (game: Ahead): Transitioned => ({
  kind: 'unpersisted',
  ...positionOf(game),
  why: game.pending.why,
  sinceMs: game.pending.sinceMs,
});
