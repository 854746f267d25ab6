/** Brings what memory holds into storage, by one write, and finds out what became of it when the answer is lost. */
import { isBrokenCircuitError } from 'cockatiel';
import type { Append, Appended, Backend, StoredGame } from '../backend/port.ts';
import { asFault } from '../base/fault.ts';
import type { SnapshotTrigger } from '../game/record.ts';
import type { Codec } from './codec.ts';
import type { EngineContext } from './context.ts';
import { type Ahead, type Attempt, type Held, isAhead, type Pending } from './held.ts';
import type { WhyUnpersisted } from './memory.ts';
import { type Own, prepareWrite } from './write.ts';

export type Committed =
  | { readonly kind: 'stored'; readonly game: Held }
  | { readonly kind: 'unpersisted'; readonly game: Ahead }
  /** Storage is further than the game was built on. */
  | { readonly kind: 'conflict'; readonly actual: number };

/** A write that is so late that so many later ones were tried is no longer told from somebody else's. */
const attemptsKept = 32;

/**
 * @param game ahead of storage by one transition or more
 * @param own the newest transition, when it has not been kept in memory before; it gets an event of its own if
 *   it is the only one that storage lacks
 * @param asked as `triggerOf`
 */
export async function commit(
  context: EngineContext,
  game: Ahead,
  own: Own | undefined,
  asked: SnapshotTrigger | undefined,
  signal?: AbortSignal,
): Promise<Committed> {
  // Storage has another state at this revision: nothing that is built on ours belongs on top of it.
  if (game.divergedAt === game.revision) return unpersisted(game, 'failed');
  const { append, attempt } = await prepareWrite(context, game, own, asked);
  const answer = await send(context.backend, game, append, signal);
  if (answer.kind === 'committed') return { kind: 'stored', game: afterStoring(game, attempt, own) };
  // Nothing was sent, so there is nothing to look for.
  if (answer.kind === 'by-breaker') return unpersisted(game, 'breaker-open');

  const tried = remember(game, attempt);
  const stored = await context.backend.read(game.id, signal).catch(() => 'unknown' as const);
  if (stored === 'unknown') {
    const isCertain = answer.kind === 'conflict' && game.pending.attempts.length === 0;
    return isCertain ? settle(game, answer.actual) : unpersisted(tried, 'failed');
  }
  const landed = findLanded(stored, tried, context.codec);
  if (!landed) return settle(tried, stored?.revision ?? 0);
  const moved = afterStoring(game, landed, own);
  return isAhead(moved) ? commit(context, moved, own, asked, signal) : { kind: 'stored', game: moved };
}

/** None of our writes is in storage. */
function settle(game: Ahead, storedRevision: number): Committed {
  if (storedRevision > game.revision) return { kind: 'conflict', actual: storedRevision };
  // Storage that lost revisions has nothing that memory lacks: the game goes on, for a person to look at.
  const divergedAt = storedRevision < game.revision ? storedRevision : undefined;
  return unpersisted({ ...game, divergedAt }, 'failed');
}

const unpersisted = (game: Ahead, why: WhyUnpersisted): Committed => ({
  kind: 'unpersisted',
  game: { ...game, pending: { ...game.pending, why } },
});

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

/** Which of our writes is on top of what the game was built on. */
function findLanded(stored: StoredGame | undefined, game: Ahead, codec: Codec): Attempt | undefined {
  const writeId = stored && writeIdAt(game.revision + 1, stored, codec);
  return game.pending.attempts.find((attempt) => attempt.writeId === writeId);
}

function writeIdAt(
  revision: number,
  { id, events, snapshots }: StoredGame,
  codec: Codec,
): string | undefined {
  const isIt = (record: { readonly revision: number }) => record.revision === revision;
  const [event, snapshot] = [events.find(isIt), snapshots.find(isIt)];
  try {
    if (event) return codec.decodeEvent(event.bytes, id).writeId;
    return snapshot && codec.decodeSnapshot(snapshot.bytes, id).writeId;
  } catch {
    return undefined;
  }
}

function afterStoring(game: Ahead, { phase, covers, atMs, brought }: Attempt, own?: Own): Held {
  const ahead = game.ahead - covers;
  const revision = game.revision + 1;
  return {
    ...game,
    revision,
    ahead,
    storedPhase: phase,
    pending: ahead === 0 ? undefined : { ...game.pending, error: errorAfter(game, covers), attempts: [] },
    divergedAt: undefined,
    formerly: own ? [] : [...game.formerly, { revision: game.revision, ahead: game.ahead }],
    unproved: false,
    events: game.events + (brought.event ? 1 : 0),
    ...(brought.snapshot ? { snapshotRevision: revision, snapshotAtMs: atMs } : {}),
  };
}

/** The error, unless the write that was stored has told of it. */
function errorAfter({ pending: { error } }: Ahead, covers: number): Pending['error'] {
  if (!error || error.inTransition <= covers) return undefined;
  return { ...error, inTransition: error.inTransition - covers };
}
