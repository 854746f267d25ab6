import type { GameId, Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { PatchOperation, SnapshotTrigger } from '../game/record.ts';
import type { ProblemType } from '../game/validity.ts';
import type {
  CacheSettings,
  Evicted,
  HeldGame,
  Hold,
  LostGame,
  OnHold,
  Placed,
  Unpersisted,
  WhyUnpersisted,
} from './memory.ts';
import type { RecoveryMode } from './recovery-mode.ts';

/** What a game server hands over when a game moves on. */
export interface Transition {
  readonly type: string;
  readonly to: Phase;
  readonly actor: string;
  /** The state after it; or the patch that makes it, for callers that know it. */
  readonly change: { readonly state: Json } | { readonly patch: readonly PatchOperation[] };
  /** The game's own code failed in it, and what it said. It is written at once, with a snapshot. */
  readonly error?: string;
}

/**
 * Names one state of a game. Storage counts revisions without gaps, and what is only in memory will be merged
 * into one of them, so while a game is ahead of storage its revision alone would name several states.
 */
export interface Position {
  /** Newest revision in storage; 0 when nothing is stored yet. */
  readonly revision: number;
  /** Transitions that are only in memory, of this process; 0 when the game is persisted. */
  readonly ahead: number;
}

/**
 * Where it succeeds it is a Position: hand it to the next `append`. `state` is what the game is now; it cannot be
 * changed. A next state that shares with it what stays as it is, is compared and stored faster than one made anew.
 */
export type Transitioned =
  | { readonly kind: 'committed'; readonly revision: number; readonly ahead: 0; readonly state: Json }
  /** The game goes on in memory; the next write that succeeds brings storage up to date (a CATCH_UP event). */
  | {
      readonly kind: 'unpersisted';
      readonly revision: number;
      readonly ahead: number;
      readonly state: Json;
      readonly why: WhyUnpersisted;
      readonly sinceMs: number;
    }
  /** Somebody else moved the game; the transition was neither written nor played in memory. */
  | { readonly kind: 'conflict'; readonly expected: Position; readonly actual: Position }
  | OnHold;

/** A game as the engine holds it. */
export interface LiveGame extends Position {
  readonly id: GameId;
  readonly phase: Phase;
  readonly state: Json;
  /** False while its newest state is only in memory. */
  readonly persisted: boolean;
}

export type Recovered =
  /** What was asked for is proved; `problems` names damaged records that were not needed for it. */
  | { readonly kind: 'success'; readonly game: LiveGame; readonly problems: readonly string[] }
  /** Something was left out, and `problems` says what. */
  | { readonly kind: 'partial'; readonly game: LiveGame; readonly problems: readonly string[] }
  | { readonly kind: 'failed'; readonly problems: readonly string[] }
  | { readonly kind: 'not-found' };

/** What the engine tells whoever measures it. */
export interface EngineObserver {
  transition(event: { from: Phase | null; to: Phase; outcome: 'ok' | 'error' | 'unpersisted' }): void;
  snapshot(event: { trigger: SnapshotTrigger; outcome: 'ok' | 'error' }): void;
  recovery(event: {
    mode: RecoveryMode['kind'];
    outcome: 'success' | 'partial' | 'failure' | 'not_found';
  }): void;
  cache(event: { result: 'hit' | 'miss' }): void;
  /** Once for each problem of a transition that was refused. */
  validation(event: { type: ProblemType }): void;
  /** A game has as many events as its bound or more, for snapshots are switched off and nothing may take their place. */
  overBound(event: { id: GameId; events: number }): void;
  lost(event: LostGame): void;
}

/** What the game server decides, asked at each use: the engine knows no flags and no configuration. */
export interface EnginePolicy {
  shouldPersist(id: GameId): boolean;
  shouldSnapshot(id: GameId): boolean;
}

export interface Engine {
  create(id: GameId, state: Json, actor: string, signal?: AbortSignal): Promise<Transitioned>;
  /**
   * An abort before the write throws and changes nothing; after that the write counts as failed.
   * @param expected the LiveGame (or the last Transitioned) that the caller built on
   * @throws Fault `not-found`; `game-invalid` for a phase that may not follow or a change that is not JSON;
   *   those of the backend and `record-unreadable` when the game had to be loaded first
   */
  append(id: GameId, transition: Transition, expected: Position, signal?: AbortSignal): Promise<Transitioned>;
  /**
   * From memory if it is there, else from storage; after what was asked of this game before.
   * @throws Fault those of the backend; `record-unreadable` when storage does not prove its newest revision
   */
  load(id: GameId, signal?: AbortSignal): Promise<LiveGame | undefined>;
  /**
   * `latest` (or no mode) rebuilds from storage: newest valid snapshot plus the events after it. Where memory knows more
   * than storage can prove, memory's state is served, as `partial`. The other modes go back: what they find becomes the
   * newest revision (a RECOVERED event), the history stays; `failed` while storage lacks what memory has.
   * @throws Fault those of the backend; `conflict` when somebody else moved the game meanwhile
   */
  recover(id: GameId, mode?: RecoveryMode, signal?: AbortSignal): Promise<Recovered>;
  /** `refused`: switched off, unknown, or the game cannot be brought into storage first. */
  snapshot(
    id: GameId,
    trigger: SnapshotTrigger,
    signal?: AbortSignal,
  ): Promise<'stored' | 'refused' | 'failed'>;
  /**
   * Writes what is only in memory, if the backend takes it, and lets go of finished games that wait for nothing any
   * more; called now and then by the server.
   */
  catchUp(signal?: AbortSignal): Promise<void>;
  unpersisted(): Unpersisted;
  cache(): CacheSettings;
  /**
   * Evicts at once what is too much. Ages count from here.
   * @throws Fault `wrong-use` when either is no positive whole number
   */
  configureCache(settings: CacheSettings): void;
  /** What memory has; nothing is read. */
  held(id: GameId): HeldGame | undefined;
  /**
   * Brings storage up to date and lets go of the game; the next use loads it again.
   * @param how `discard` drops it in any case, with what storage never took: how a person settles a diverged game
   */
  evict(id: GameId, how: { readonly discard: boolean }, signal?: AbortSignal): Promise<Evicted>;
  /**
   * From now on nothing moves the game here, so that somebody can look at it in storage and change it there: `create` and
   * `append` answer `on-hold`, and once it is evicted a `load` serves it and does not keep it. Storage is brought up to date
   * first, as far as it can be. Ends by itself, at `longestHoldMs` at the latest; held again, the later end counts.
   * @throws Fault `wrong-use` for another time
   */
  hold(id: GameId, forMs: number, signal?: AbortSignal): Promise<Placed>;
  /** @returns whether it was on hold */
  release(id: GameId): boolean;
  holds(): readonly Hold[];
  /** A last snapshot of every game with changes, then no more; what storage does not take is lost, and told to the observer. Does not close the backend. */
  close(signal?: AbortSignal): Promise<void>;
}
