/** Brings what memory holds into storage, by one event, and finds out what became of it when the answer is lost. */
import { isBrokenCircuitError } from 'cockatiel';
import type { Append, Appended, Backend, StoredGame } from '../backend/port.ts';
import { asFault } from '../base/fault.ts';
import type { GameEvent, PatchOperation } from '../game/record.ts';
import type { Codec } from './codec.ts';
import type { EngineContext } from './context.ts';
import { type Ahead, type Attempt, type Held, isAhead } from './held.ts';
import { wholePatch } from './patch.ts';

/** What an event of its own says, beside what the game in memory already tells. */
export interface Own {
  readonly type: string;
  readonly patch: readonly PatchOperation[];
}

export type Committed =
  | { readonly kind: 'stored'; readonly game: Held }
  | { readonly kind: 'unpersisted'; readonly game: Held; readonly why: 'breaker-open' | 'failed' }
  /** Storage is further than the game was built on. */
  | { readonly kind: 'conflict'; readonly actual: number };

/** A write that is so late that so many later ones were tried is no longer told from somebody else's. */
const attemptsKept = 32;

/**
 * @param game ahead of storage by one transition or more
 * @param own the newest transition, when it has not been kept in memory before; it gets an event of its own if
 *   it is the only one that storage lacks
 */
export async function commit(
  context: EngineContext,
  game: Ahead,
  own: Own | undefined,
  signal?: AbortSignal,
): Promise<Committed> {
  const { append, attempt } = prepare(context, game, own);
  const answer = await send(context.backend, game, append, signal);
  if (answer.kind === 'committed') return { kind: 'stored', game: afterStoring(game, attempt, own) };
  // Nothing was sent, so there is nothing to look for.
  if (answer.kind === 'by-breaker') return { kind: 'unpersisted', game, why: 'breaker-open' };

  const tried = remember(game, attempt);
  const stored = await context.backend.read(game.id, signal).catch(() => 'unknown' as const);
  if (stored === 'unknown') {
    const isCertain = answer.kind === 'conflict' && game.pending.attempts.length === 0;
    return isCertain ? settle(game, answer.actual) : { kind: 'unpersisted', game: tried, why: 'failed' };
  }
  const landed = findLanded(stored, tried, context.codec);
  if (!landed) return settle(tried, stored?.revision ?? 0);
  const moved = afterStoring(game, landed, own);
  return isAhead(moved) ? commit(context, moved, own, signal) : { kind: 'stored', game: moved };
}

/** None of our writes is in storage. */
function settle(game: Held, storedRevision: number): Committed {
  if (storedRevision > game.revision) return { kind: 'conflict', actual: storedRevision };
  // Storage that lost revisions has nothing that memory lacks: the game goes on, for a person to look at.
  const divergedAt = storedRevision < game.revision ? storedRevision : undefined;
  return { kind: 'unpersisted', game: { ...game, divergedAt }, why: 'failed' };
}

function prepare({ clock, random, codec }: EngineContext, game: Ahead, own?: Own) {
  const atMs = clock.now();
  const writeId = random(8);
  const event = eventOf(game, own, atMs, writeId);
  const append: Append = {
    expectedRevision: game.revision,
    phase: game.phase,
    atMs,
    event: codec.encode(event, game.id),
  };
  const attempt: Attempt = { writeId, phase: game.phase, covers: game.ahead };
  return { append, attempt };
}

function eventOf(game: Ahead, own: Own | undefined, atMs: number, writeId: string): GameEvent {
  const about = {
    revision: game.revision + 1,
    atMs,
    from: game.storedPhase,
    to: game.phase,
    actor: game.pending.actor,
    stateHash: game.hash,
    writeId,
  };
  const whole = wholePatch(game.state, game.revision === 0);
  if (own && game.ahead === 1) {
    return { ...about, type: own.type, patch: game.unproved ? whole : own.patch };
  }
  return { ...about, type: 'CATCH_UP', patch: whole, covers: game.ahead };
}

type Answer = Appended | { readonly kind: 'rejected' | 'by-breaker' };

async function send(backend: Backend, { id }: Held, append: Append, signal?: AbortSignal): Promise<Answer> {
  try {
    return await backend.append(id, append, signal);
  } catch (thrown) {
    return { kind: isBrokenCircuitError(asFault(thrown).cause) ? 'by-breaker' : 'rejected' };
  }
}

function remember(game: Ahead, attempt: Attempt): Ahead {
  const attempts = [...game.pending.attempts, attempt].slice(-attemptsKept);
  return { ...game, pending: { ...game.pending, attempts } };
}

/** Which of our writes is the event on top of what the game was built on. */
function findLanded(stored: StoredGame | undefined, game: Ahead, codec: Codec): Attempt | undefined {
  const found = stored?.events.find(({ revision }) => revision === game.revision + 1);
  if (!found) return undefined;
  try {
    const { writeId } = codec.decodeEvent(found.bytes, game.id);
    return game.pending.attempts.find((attempt) => attempt.writeId === writeId);
  } catch {
    return undefined;
  }
}

function afterStoring(game: Ahead, { phase, covers }: Attempt, own?: Own): Held {
  const ahead = game.ahead - covers;
  return {
    ...game,
    revision: game.revision + 1,
    ahead,
    storedPhase: phase,
    pending: ahead === 0 ? undefined : { ...game.pending, attempts: [] },
    divergedAt: undefined,
    formerly: own ? [] : [...game.formerly, { revision: game.revision, ahead: game.ahead }],
    unproved: false,
    events: game.events + 1,
  };
}
