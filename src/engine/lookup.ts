import type { StoredGame } from '../backend/port.ts';
import { Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import type { EngineContext } from './context.ts';
import type { Position } from './engine.ts';
import { type Held, isAhead } from './held.ts';
import { type Proved, type Replayed, replay } from './replay.ts';

/** From memory, else from storage, and in memory from then on. */
export async function find(
  context: EngineContext,
  id: GameId,
  signal?: AbortSignal,
): Promise<Held | undefined> {
  const held = context.games.get(id);
  context.observer.cache({ result: held ? 'hit' : 'miss' });
  if (held) return held;
  const stored = await readGame(context, id, signal);
  if (stored) context.games.put(stored);
  return stored;
}

/**
 * As find, but a copy in memory is renewed when the caller has seen a later revision, on another server.
 * @throws Fault `not-found`
 */
export async function findAt(
  context: EngineContext,
  id: GameId,
  expected: Position,
  signal?: AbortSignal,
): Promise<Held> {
  const game = await find(context, id, signal);
  if (!game) throw new Fault('not-found', `There is no game ${id}`, { next: 'Create the game first' });
  if (isAhead(game) || expected.revision <= game.revision) return game;
  const stored = await readGame(context, id, signal);
  // Storage that went back must not take memory with it.
  if (!stored || stored.revision <= game.revision) return game;
  context.games.put(stored);
  return stored;
}

async function readGame(
  { backend, codec }: EngineContext,
  id: GameId,
  signal?: AbortSignal,
): Promise<Held | undefined> {
  const stored = await backend.read(id, signal);
  if (!stored) return undefined;
  const replayed = replay(stored, codec);
  const { proved, problems } = replayed;
  if (proved?.revision !== stored.revision) throw notProved(stored, problems);
  return heldFrom(stored, proved, replayed);
}

/** A game taken into memory: at the newest revision of storage, with the newest state that storage proves. */
export function heldFrom(stored: StoredGame, proved: Proved, { snapshot }: Replayed): Held {
  return {
    id: stored.id,
    revision: stored.revision,
    ahead: 0,
    phase: proved.phase,
    state: proved.state,
    hash: proved.hash,
    storedPhase: proved.phase,
    pending: undefined,
    divergedAt: undefined,
    formerly: [],
    unproved: proved.revision < stored.revision,
    events: stored.events.length,
    snapshotRevision: snapshot?.revision ?? 0,
    snapshotAtMs: snapshot?.atMs ?? stored.createdAtMs,
    agesFromMs: stored.createdAtMs,
  };
}

function notProved({ id, revision }: StoredGame, problems: readonly string[]): Fault {
  return new Fault(
    'record-unreadable',
    `Storage does not prove revision ${revision} of game ${id}: ${problems.join('; ')}`,
    { next: 'Recover the game: it goes on from the newest revision that can be proved' },
  );
}
