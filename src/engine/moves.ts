/** How a game moves on, and what is refused. */
import type { GameId, Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import { advance, conflict } from './advance.ts';
import type { EngineContext } from './context.ts';
import type { Position, Transition, Transitioned } from './engine.ts';
import { type Held, isAt } from './held.ts';
import { findAt } from './lookup.ts';
import { type Changed, changeBy, changeTo, firstState } from './patch.ts';
import { checkTransition } from './validation.ts';

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
