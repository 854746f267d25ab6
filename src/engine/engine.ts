import type { GameId, Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { PatchOperation, SnapshotTrigger } from '../game/record.ts';

/** What a game server hands over when a game moves on. */
export interface Transition {
  readonly type: string;
  readonly to: Phase;
  readonly actor: string;
  /** The state after it; or the patch that makes it, for callers that know it. */
  readonly change: { readonly state: Json } | { readonly patch: readonly PatchOperation[] };
}

export type Transitioned =
  | { readonly kind: 'committed'; readonly revision: number }
  /** The game goes on in memory; the next write that succeeds brings storage up to date (a CATCH_UP event). */
  | {
      readonly kind: 'unpersisted';
      readonly why: 'disabled' | 'breaker-open' | 'failed';
      readonly sinceMs: number;
    }
  /** Somebody else moved the game; nothing was written or changed. */
  | { readonly kind: 'conflict'; readonly expected: number; readonly actual: number };

/** A game as the engine holds it. `persisted` is false while its newest state is only in memory. */
export interface LiveGame {
  readonly id: GameId;
  /** Newest revision in storage. */
  readonly revision: number;
  readonly phase: Phase;
  readonly state: Json;
  readonly persisted: boolean;
}

export type Recovered =
  | { readonly kind: 'success'; readonly game: LiveGame }
  /** Something was left out, and `problems` says what. */
  | { readonly kind: 'partial'; readonly game: LiveGame; readonly problems: readonly string[] }
  | { readonly kind: 'failed'; readonly problems: readonly string[] }
  | { readonly kind: 'not-found' };

/** What the engine tells whoever measures it. */
export interface EngineObserver {
  transition(event: { from: Phase | null; to: Phase; outcome: 'ok' | 'error' | 'unpersisted' }): void;
  snapshot(event: { trigger: SnapshotTrigger; outcome: 'ok' | 'error' }): void;
  recovery(event: { outcome: 'success' | 'partial' | 'failure' | 'not_found' }): void;
  cache(event: { result: 'hit' | 'miss' }): void;
}

/** Units as in the names; defaults are those of production. */
export interface EngineSettings {
  readonly snapshotIntervalMs: number;
  readonly snapshotsKept: number;
  /** Events older than the oldest kept snapshot are dropped once there are more than this. */
  readonly compactAfterEvents: number;
  readonly cacheGames: number;
  readonly completedRetentionMs: number;
  readonly compression: boolean;
}

/** What the game server decides, asked at each use: the engine knows no flags and no configuration. */
export interface EnginePolicy {
  shouldPersist(id: GameId): boolean;
  shouldSnapshot(id: GameId): boolean;
}

export interface Engine {
  create(id: GameId, state: Json, actor: string, signal?: AbortSignal): Promise<Transitioned>;
  /** @param expectedRevision the revision of the LiveGame that the caller built on */
  append(
    id: GameId,
    transition: Transition,
    expectedRevision: number,
    signal?: AbortSignal,
  ): Promise<Transitioned>;
  /** From memory if it is there, else from storage. */
  load(id: GameId, signal?: AbortSignal): Promise<LiveGame | undefined>;
  /** Rebuilds from storage: newest valid snapshot plus the events after it. Never serves a state older than memory's. */
  recover(id: GameId, signal?: AbortSignal): Promise<Recovered>;
  snapshot(
    id: GameId,
    trigger: SnapshotTrigger,
    signal?: AbortSignal,
  ): Promise<'stored' | 'refused' | 'failed'>;
  /** Writes what is only in memory, if the backend takes it; called now and then by the server. */
  catchUp(signal?: AbortSignal): Promise<void>;
  unpersisted(): { readonly games: number; readonly oldestAtMs: number | undefined };
  /** A last snapshot of every game with changes, then no more. Does not close the backend. */
  close(signal?: AbortSignal): Promise<void>;
}
