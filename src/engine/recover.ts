/** Recovers a live game: to the newest state that there is, or back to an earlier one. */
import type { StoredGame } from '../backend/port.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import { caughtUp } from './catch-up.ts';
import type { EngineContext } from './context.ts';
import type { EngineObserver, Recovered } from './engine.ts';
import { type Held, isAhead, liveGame } from './held.ts';
import { heldFrom } from './lookup.ts';
import { type RebuiltState, type RecoveryMode, rebuild } from './rebuild.ts';
import { onlyInMemory, recovery } from './recovery.ts';
import { replay } from './replay.ts';
import { rewriteAppend } from './rewrite.ts';

type Outcome = Parameters<EngineObserver['recovery']>[0]['outcome'];

const outcomes: Readonly<Record<Recovered['kind'], Outcome>> = {
  success: 'success',
  partial: 'partial',
  failed: 'failure',
  'not-found': 'not_found',
};

export async function recoverGame(
  context: EngineContext,
  id: GameId,
  mode: RecoveryMode,
  signal?: AbortSignal,
): Promise<Recovered> {
  const told = (outcome: Outcome) => context.observer.recovery({ mode: mode.kind, outcome });
  try {
    const held = context.games.get(id);
    const known = held && (await caughtUp(context, held, undefined, signal));
    const stored = await context.backend.read(id, signal);
    const answer =
      mode.kind === 'latest' || !stored
        ? latest(context, stored, known)
        : await backTo(context, mode, stored, known, signal);
    told(outcomes[answer.kind]);
    return answer;
  } catch (thrown) {
    told('failure');
    throw asFault(thrown, 'backend-failed');
  }
}

function latest(context: EngineContext, stored: StoredGame | undefined, known: Held | undefined): Recovered {
  const { answer, hold } = recovery(stored, known, context.codec);
  if (hold) context.games.put(hold);
  return answer;
}

async function backTo(
  context: EngineContext,
  mode: RecoveryMode,
  stored: StoredGame,
  known: Held | undefined,
  signal?: AbortSignal,
): Promise<Recovered> {
  const why = whyNot(context, stored, known);
  if (why !== undefined) return { kind: 'failed', problems: [why] };
  const rebuilt = rebuild(stored, mode, context.codec);
  if (rebuilt.kind === 'failed') return rebuilt;
  if (rebuilt.revision === stored.revision) return latest(context, stored, known);
  const hold = await rewrite(context, stored, rebuilt, mode, signal);
  context.games.put(hold);
  return { kind: rebuilt.kind, game: liveGame(hold), problems: rebuilt.problems };
}

/** What only memory has would be passed over in silence; and somebody who holds the game is about to change it. */
function whyNot(
  { policy, games, holds, codec }: EngineContext,
  stored: StoredGame,
  known: Held | undefined,
): string | undefined {
  if (holds.of(stored.id)) return 'an operator has put this game on hold';
  if (known && isAhead(known)) return onlyInMemory(known.ahead);
  const { answer, hold } = recovery(stored, known, codec);
  if (hold?.divergedAt !== undefined && answer.kind === 'partial') {
    games.put(hold);
    return answer.problems[0];
  }
  return policy.shouldPersist(stored.id) ? undefined : 'persistence is switched off for this game';
}

/** History stays: the earlier state becomes the newest revision. */
async function rewrite(
  { backend, clock, random, codec }: EngineContext,
  stored: StoredGame,
  { state, phase, revision }: RebuiltState,
  mode: RecoveryMode,
  signal?: AbortSignal,
): Promise<Held> {
  const { id } = stored;
  const writeId = random(8);
  const reason = `${mode.kind}: back to revision ${revision}`;
  const about = {
    type: 'RECOVERED',
    state,
    phase,
    actor: 'engine',
    reason,
    atMs: clock.now(),
    writeId,
  } as const;
  const append = rewriteAppend(stored, about, codec);
  const appended = await backend.append(id, append, signal);
  if (appended.kind === 'conflict') throw movedOn(id);
  const { event: bytes = new Uint8Array() } = append;
  const after: StoredGame = {
    ...stored,
    revision: appended.revision,
    phase,
    updatedAtMs: append.atMs,
    events: [...stored.events, { revision: appended.revision, bytes }],
  };
  const replayed = replay(after, codec);
  if (!replayed.proved)
    throw new Fault('internal', `What was written of game ${id} does not prove its state`);
  return heldFrom(after, replayed.proved, replayed);
}

function movedOn(id: GameId): Fault {
  return new Fault('conflict', `Game ${id} moved on while it was recovered; nothing was written`, {
    next: 'Recover it again',
    retryable: true,
  });
}
