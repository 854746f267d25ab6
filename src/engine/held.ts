import type { Clock } from '../base/clock.ts';
import type { GameId, Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import { createGameCache } from './cache.ts';
import type { CacheSettings, LiveGame, Position, Unpersisted, WhyUnpersisted } from './engine.ts';

/** A game in memory. Values are replaced, never changed. */
export interface Held extends Position {
  readonly id: GameId;
  readonly phase: Phase;
  readonly state: Json;
  /** SHA-256 (hex) over the canonical JSON of `state`. */
  readonly hash: string;
  /** Phase of the newest stored revision; null when nothing is stored yet. */
  readonly storedPhase: Phase | null;
  /** Present while `ahead` is above 0. */
  readonly pending: Pending | undefined;
  /** Newest revision in storage, once it is known that memory and storage went different ways. */
  readonly divergedAt: number | undefined;
  /** Where this very state was before it was brought into storage: callers may still know it by these. */
  readonly formerly: readonly Position[];
  /** The newest stored revision is not proved by storage, so a patch on top of it could never be replayed. */
  readonly unproved: boolean;
  /** Events in storage. */
  readonly events: number;
  readonly snapshotRevision: number;
  /** Time of the newest snapshot; that of the first transition when there is none. */
  readonly snapshotAtMs: number;
  /** When a retention has passed since then, ages of what is stored are looked at. */
  readonly agesFromMs: number;
}

/** Transitions that are only in memory. */
export interface Pending {
  /** Time of the oldest of them. */
  readonly sinceMs: number;
  readonly newestAtMs: number;
  readonly actor: string;
  /** Of the newest of them. */
  readonly why: WhyUnpersisted;
  /** What the game's code said when it failed in one of them. */
  readonly error: string | undefined;
  readonly attempts: readonly Attempt[];
}

/** A write on top of the stored revision that failed, and may yet turn out to have been stored. */
export interface Attempt {
  readonly writeId: string;
  readonly phase: Phase;
  /** Transitions that it held. */
  readonly covers: number;
  readonly atMs: number;
  readonly brought: { readonly event: boolean; readonly snapshot: boolean };
}

export const isAt = (game: Held, { revision, ahead }: Position): boolean =>
  [game, ...game.formerly].some((at) => at.revision === revision && at.ahead === ahead);

/** A game with transitions that storage lacks. */
export type Ahead = Held & { readonly pending: Pending };

export const isAhead = (game: Held): game is Ahead => game.pending !== undefined;

export const positionOf = ({ revision, ahead }: Position): Position => ({ revision, ahead });

export function liveGame({ id, revision, ahead, phase, state }: Held): LiveGame {
  return { id, revision, ahead, phase, state, persisted: ahead === 0 };
}

/** The games in memory: any number that wait for storage, and the most recently used of the others. */
export interface HeldGames {
  get(id: GameId): Held | undefined;
  put(game: Held): void;
  /** It waits for storage no longer, whatever storage lacks: from now on it is one of the others, until put again. */
  giveUp(id: GameId): void;
  drop(id: GameId): void;
  /** Drops what storage never took, and remembers the name. */
  lose(id: GameId): void;
  /** Drops those whose time in the cache is over. */
  dropStale(): void;
  cache(): CacheSettings;
  configureCache(settings: CacheSettings): void;
  all(): readonly Held[];
  unpersisted(): Unpersisted;
}

/** Names of lost games that are kept; the count goes on. */
const lostNamesKept = 1000;

export function createHeldGames(cache: CacheSettings, clock: Clock): HeldGames {
  const others = createGameCache<Held>(cache, clock);
  const waiting = new Map<GameId, Held>();
  let lost: Unpersisted['lost'] = { games: 0, newest: [] };

  const drop = (id: GameId) => {
    others.delete(id);
    waiting.delete(id);
  };

  return {
    get: (id) => waiting.get(id) ?? others.get(id),
    put(game) {
      drop(game.id);
      if (isOnlyHere(game)) waiting.set(game.id, game);
      else others.set(game.id, game);
    },
    giveUp(id) {
      const game = waiting.get(id);
      if (!game) return;
      waiting.delete(id);
      others.set(id, game);
    },
    drop,
    lose(id) {
      drop(id);
      lost = { games: lost.games + 1, newest: [...lost.newest, id].slice(-lostNamesKept) };
    },
    dropStale: () => others.dropStale(),
    cache: () => others.settings(),
    configureCache: (settings) => others.configure(settings),
    all: () => [...waiting.values(), ...others.all()],
    unpersisted: () => ({ ...summary([...waiting.values()]), lost }),
  };
}

/** True also for a game that storage once had and lost. */
const isOnlyHere = (game: Held): boolean => game.ahead > 0 || game.divergedAt !== undefined;

function summary(games: readonly Held[]): Omit<Unpersisted, 'lost'> {
  const sinceMs = games.flatMap(({ pending }) => (pending ? [pending.sinceMs] : []));
  return {
    games: games.length,
    deferred: games.filter(({ pending }) => pending?.why === 'deferred').length,
    oldestAtMs: sinceMs.sort((a, b) => a - b)[0],
    diverged: games.flatMap(({ id, revision, ahead, divergedAt }) =>
      divergedAt === undefined ? [] : [{ id, held: { revision, ahead }, storedRevision: divergedAt }],
    ),
  };
}
