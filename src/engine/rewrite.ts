import type { Append, StoredGame } from '../backend/port.ts';
import { digestOf } from '../base/digest.ts';
import type { Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { GameEvent } from '../game/record.ts';
import type { Codec } from './codec.ts';
import { wholePatch } from './patch.ts';

/** What a person puts in the place of a game's newest state, and why. */
export interface Rewrite {
  readonly type: 'RECOVERED' | 'CORRECTED';
  readonly state: Json;
  readonly phase: Phase;
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
  readonly writeId: string;
}

/**
 * One event with the whole state on top of the newest revision: history stays, and a replay can begin there, also
 * where the strategy keeps no events or the newest revision is damaged.
 * @throws Fault `game-invalid` when the state is too large to be read back
 */
export function rewriteAppend(stored: StoredGame, rewrite: Rewrite, codec: Pick<Codec, 'encode'>): Append {
  const { type, state, phase, actor, reason, atMs, writeId } = rewrite;
  const event: GameEvent = {
    revision: stored.revision + 1,
    atMs,
    type,
    from: stored.phase,
    to: phase,
    actor,
    patch: wholePatch(state, false),
    stateHash: digestOf(state),
    writeId,
    reason,
  };
  // A time of deletion goes with the end of the game: one that goes on again is kept.
  const expires = phase === 'GAME_OVER' && stored.expiresAtMs !== undefined;
  return {
    expectedRevision: stored.revision,
    phase,
    atMs,
    event: codec.encode(event, stored.id),
    ...(expires ? { expiresAtMs: stored.expiresAtMs } : {}),
  };
}
