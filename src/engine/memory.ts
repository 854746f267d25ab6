/** What memory has of games, what storage lacks of that, and what is gone. */
import type { GameId } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { LiveGame, Position } from './engine.ts';

/** How many games memory keeps beside those that wait for storage, and for how long when nobody asks for them. */
export interface CacheSettings {
  readonly games: number;
  readonly ttlMs: number | undefined;
}

/** `deferred`: by the strategy, and in time it is written; `disabled`: by the policy. */
export type WhyUnpersisted = 'deferred' | 'disabled' | 'breaker-open' | 'failed';

/** A game that memory and storage moved apart; no write can bring them together, a person must choose. */
export interface Diverged {
  readonly id: GameId;
  readonly held: Position;
  /** Newest revision in storage; 0 when the game is gone from there. */
  readonly storedRevision: number;
}

/**
 * Games whose newest state is only in memory and waits for storage. A finished one waits no longer when it is not to
 * be stored (it is served while it is in the cache; later, what storage had of it), or when `completedRetentionMs`
 * have passed, and then it is lost. Diverged ones wait for a person.
 */
export interface Unpersisted {
  readonly games: number;
  /** Those of them that wait by plan: their strategy does not write every transition. */
  readonly deferred: number;
  /** Since when the oldest of them waits. */
  readonly oldestAtMs: number | undefined;
  readonly diverged: readonly Diverged[];
  /** The hundred that have waited longest. */
  readonly waiting: readonly Waiting[];
  /** What memory let go of though storage never took it: how much since the start, and the newest hundred by name. */
  readonly lost: { readonly transitions: number; readonly newest: readonly LostGame[] };
}

export interface Waiting {
  readonly id: GameId;
  readonly phase: Phase;
  readonly transitions: number;
  /** Since when the oldest of them waits. */
  readonly sinceMs: number;
  readonly why: WhyUnpersisted;
}

/**
 * `outlived`: it was over for too long; `evicted`: over, not to be stored, and pushed out of the cache; `discarded`:
 * somebody asked for it; `diverged`: somebody gave it up for what storage has; `shutdown`: the engine was closed first.
 */
export const whysLost = ['outlived', 'evicted', 'discarded', 'diverged', 'shutdown'] as const;
export type WhyLost = (typeof whysLost)[number];

/** Transitions that are gone. */
export interface LostGame {
  readonly id: GameId;
  readonly transitions: number;
  /** When the first of them was played. */
  readonly sinceMs: number;
  readonly atMs: number;
  readonly why: WhyLost;
}

/** A game as memory has it, and what storage lacks of it. */
export interface HeldGame extends LiveGame {
  /** SHA-256 (hex) over the canonical JSON of `state`. */
  readonly hash: string;
  /** Since when the oldest of the transitions waits that storage lacks. */
  readonly sinceMs: number | undefined;
  /** Newest revision in storage, once it is known that memory and storage went different ways. */
  readonly divergedAt: number | undefined;
}

export type Evicted =
  /** `lost`: transitions that went with it, which storage never took. */
  | { readonly kind: 'evicted'; readonly lost: number }
  | { readonly kind: 'not-held' }
  /** Memory has what storage does not prove; nothing was dropped. */
  | { readonly kind: 'refused'; readonly why: string };

/** A game that nobody moves here for a while, by an operator's request. This process knows it alone, and forgets it when it ends. */
export interface Hold {
  readonly id: GameId;
  readonly untilMs: number;
}

/** Players wait meanwhile. */
export const longestHoldMs = 5 * 60_000;

export interface Placed extends Hold {
  /** Transitions that are still only in memory, because storage did not take them. */
  readonly ahead: number;
}

/** The transition was neither written nor played; the same one may be asked for again, and succeeds once the hold is over. */
export interface OnHold {
  readonly kind: 'on-hold';
  readonly untilMs: number;
}
