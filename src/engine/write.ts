/** What one write brings into storage: an event, a snapshot, or both in one step. */
import type { Append } from '../backend/port.ts';
import type { GameEvent, PatchOperation, Snapshot, SnapshotTrigger } from '../game/record.ts';
import type { EngineContext } from './context.ts';
import type { Ahead, Attempt, Held } from './held.ts';
import { wholePatch } from './patch.ts';

/** What an event of its own says, beside what the game in memory already tells. */
export interface Own {
  readonly type: string;
  readonly patch: readonly PatchOperation[];
}

export interface Write {
  readonly append: Append;
  readonly attempt: Attempt;
}

/**
 * Why a game is written now, for the snapshot that a write may be.
 * @param asked what has all games written; an error is told in any case, for a recovery may go back to before it
 */
export function triggerOf(
  { pending, phase, storedPhase }: Ahead,
  asked: SnapshotTrigger | undefined,
): SnapshotTrigger {
  if (pending.error !== undefined) return 'error';
  if (asked) return asked;
  if (phase !== storedPhase) return 'phase';
  return pending.why === 'deferred' ? 'interval' : 'gap';
}

/** @param asked as `triggerOf` */
export async function prepareWrite(
  context: EngineContext,
  game: Ahead,
  own: Own | undefined,
  asked: SnapshotTrigger | undefined,
): Promise<Write> {
  const { clock, random, strategy, codec } = context;
  const mark = { revision: game.revision + 1, atMs: clock.now(), writeId: random(8) };
  const event = strategy.writes === 'event' ? eventOf(game, own, mark) : undefined;
  const snapshot = event
    ? snapshotAtBound(context, game, mark)
    : snapshotOf(game, mark, triggerOf(game, asked));
  const { atMs, writeId } = mark;
  return {
    append: {
      expectedRevision: game.revision,
      phase: game.phase,
      atMs,
      ...(event ? { event: codec.encode(event, game.id) } : {}),
      ...(snapshot ? { snapshot: await encoded(context, game, snapshot) } : {}),
    },
    attempt: {
      writeId,
      phase: game.phase,
      covers: game.ahead,
      atMs,
      brought: { event: event !== undefined, snapshot: snapshot !== undefined },
    },
  };
}

/** As it is kept: by another thread, where snapshots are not to hold anything up. */
export function encodeSnapshot({ codec, settings }: EngineContext, { id }: Held, snapshot: Snapshot) {
  return settings.asyncSnapshots ? codec.encodeAside(snapshot, id) : codec.encode(snapshot, id);
}

type Mark = Required<Pick<GameEvent, 'revision' | 'atMs' | 'writeId'>>;

async function encoded(context: EngineContext, game: Held, snapshot: Snapshot) {
  return { bytes: await encodeSnapshot(context, game, snapshot), keep: context.settings.snapshotsKept };
}

function eventOf(game: Ahead, own: Own | undefined, mark: Mark): GameEvent {
  const { error, actor } = game.pending;
  const about = {
    ...mark,
    from: game.storedPhase,
    to: game.phase,
    actor,
    stateHash: game.hash,
    ...(error ? { error: error.message } : {}),
  };
  const whole = wholePatch(game.state, game.revision === 0);
  if (own && game.ahead === 1) {
    return { ...about, type: own.type, patch: game.unproved ? whole : own.patch };
  }
  return { ...about, type: 'CATCH_UP', patch: whole, covers: game.ahead };
}

/** With the event that reaches the bound, so that there is always something that may take the place of events. */
function snapshotAtBound({ settings, policy }: EngineContext, game: Held, mark: Mark): Snapshot | undefined {
  const isReached = game.events + 1 >= settings.maxEvents && policy.shouldSnapshot(game.id);
  return isReached ? snapshotOf(game, mark, 'interval') : undefined;
}

const snapshotOf = ({ phase, state, hash }: Held, mark: Mark, trigger: SnapshotTrigger): Snapshot => ({
  ...mark,
  trigger,
  phase,
  state,
  hash,
});
