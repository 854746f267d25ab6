import type { Clock } from '../base/clock.ts';
import type { GameId, Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import { createGameCache } from './cache.ts';
import type { LiveGame, Position } from './engine.ts';
import type { CacheSettings, HeldGame, LostGame, Unpersisted, WhyLost, WhyUnpersisted } from './memory.ts';

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
  /** The newest of them in which the game's code failed, counted from 1, and what it said. */
  readonly error: { readonly inTransition: number; readonly message: string } | undefined;
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

export function heldGame(game: Held): HeldGame {
  const { hash, pending, divergedAt } = game;
  return { ...liveGame(game), hash, sinceMs: pending?.sinceMs, divergedAt };
}

/** The games in memory: any number that wait for storage, and the most recently used of the others. */
export interface HeldGames {
  get(id: GameId): Held | undefined;
  /** Nothing happens for a game that is not in memory and may not come in. */
  put(game: Held): void;
  /** It waits for storage no longer, whatever storage lacks: from now on it is one of the others, until put again. */
  giveUp(id: GameId): void;
  drop(id: GameId): void;
  /**
   * Drops a game with what storage never took of it, and says so.
   * @returns how many transitions that were
   */
  lose(id: GameId, why: WhyLost): number;
  /** Drops those whose time in the cache is over. */
  dropStale(): void;
  cache(): CacheSettings;
  configureCache(settings: CacheSettings): void;
  all(): readonly Held[];
  unpersisted(): Unpersisted;
}

/** Games that are named at a time; the counts are of all. */
const namedAtMost = 100;

interface Doors {
  /** False while somebody else is to change the game in storage. */
  readonly mayEnter: (id: GameId) => boolean;
  /** Hears of every game that memory lets go of with transitions that storage never took. */
  readonly onLost: (lost: LostGame) => void;
}

export function createHeldGames(cache: CacheSettings, clock: Clock, { mayEnter, onLost }: Doors): HeldGames {
  const waiting = new Map<GameId, Held>();
  let lost: Unpersisted['lost'] = { transitions: 0, newest: [] };

  const report = (game: Held, why: WhyLost): number => {
    const transitions = onlyHere(game);
    if (transitions === 0) return 0;
    const nowMs = clock.now();
    const entry = { id: game.id, transitions, sinceMs: game.pending?.sinceMs ?? nowMs, atMs: nowMs, why };
    lost = {
      transitions: lost.transitions + transitions,
      newest: [...lost.newest, entry].slice(-namedAtMost),
    };
    onLost(entry);
    return transitions;
  };
  const others = createGameCache<Held>(cache, clock, (game) => void report(game, 'evicted'));

  const drop = (id: GameId) => {
    others.delete(id);
    waiting.delete(id);
  };
  const get = (id: GameId) => waiting.get(id) ?? others.get(id);

  return {
    get,
    put(game) {
      if (!mayEnter(game.id) && !get(game.id)) return;
      if (isOnlyHere(game)) {
        others.delete(game.id);
        waiting.set(game.id, game);
      } else {
        waiting.delete(game.id);
        others.set(game.id, game);
      }
    },
    giveUp(id) {
      const game = waiting.get(id);
      if (!game) return;
      waiting.delete(id);
      others.set(id, game);
    },
    drop,
    lose(id, why) {
      const game = get(id);
      drop(id);
      return game ? report(game, game.divergedAt === undefined ? why : 'diverged') : 0;
    },
    dropStale: () => others.dropStale(),
    cache: () => others.settings(),
    configureCache: (settings) => others.configure(settings),
    all: () => [...waiting.values(), ...others.all()],
    unpersisted: () => ({ ...summary([...waiting.values()]), lost }),
  };
}

/** True also for a game that storage once had and lost. */
export const isOnlyHere = (game: Held): boolean => game.ahead > 0 || game.divergedAt !== undefined;

/** Transitions that storage does not have; what it had once and lost is counted by revisions. */
const onlyHere = ({ ahead, revision, divergedAt = revision }: Held): number =>
  ahead + Math.max(0, revision - divergedAt);

function summary(games: readonly Held[]): Omit<Unpersisted, 'lost'> {
  const ahead = games.filter(isAhead).sort((a, b) => a.pending.sinceMs - b.pending.sinceMs);
  return {
    games: games.length,
    deferred: ahead.filter(({ pending }) => pending.why === 'deferred').length,
    oldestAtMs: ahead[0]?.pending.sinceMs,
    waiting: ahead.slice(0, namedAtMost).map(({ id, phase, ahead: transitions, pending }) => ({
      ...{ id, phase, transitions },
      sinceMs: pending.sinceMs,
      why: pending.why,
    })),
    diverged: games.flatMap(({ id, revision, ahead, divergedAt }) =>
      divergedAt === undefined ? [] : [{ id, held: { revision, ahead }, storedRevision: divergedAt }],
    ),
  };
}
