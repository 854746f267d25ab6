import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import type { CacheSettings } from './memory.ts';

/** The most recently used games, whose loss costs nothing but a read. */
export interface GameCache<Game extends object> {
  get(id: GameId): Game | undefined;
  set(id: GameId, game: Game): void;
  delete(id: GameId): void;
  all(): readonly Game[];
  /** Without it, memory would keep a game that nobody asks for until others push it out. */
  dropStale(): void;
  settings(): CacheSettings;
  /** @throws Fault `wrong-use` */
  configure(settings: CacheSettings): void;
}

/** @param onPushedOut hears of every game that had to go for others, or for its age */
export function createGameCache<Game extends object>(
  initial: CacheSettings,
  clock: Clock,
  onPushedOut: (game: Game) => void,
): GameCache<Game> {
  let settings = initial;
  let games = open<Game>(initial, clock, onPushedOut);

  return {
    get: (id) => games.get(id),
    set: (id, game) => void games.set(id, game),
    delete: (id) => void games.delete(id),
    all: () => [...games.values()],
    dropStale: () => void games.purgeStale(),
    settings: () => settings,
    configure(next) {
      const smaller = open<Game>(next, clock, onPushedOut);
      // Oldest first, so that the newest stay.
      for (const [id, game] of [...games.entries()].toReversed()) smaller.set(id, game);
      games = smaller;
      settings = next;
    },
  };
}

function open<Game extends object>(
  { games, ttlMs }: CacheSettings,
  clock: Clock,
  onPushedOut: (game: Game) => void,
): LRUCache<GameId, Game> {
  checkWhole(games, 'a number of games');
  const dispose = (game: Game, _id: GameId, reason: LRUCache.DisposeReason) => {
    if (reason === 'evict' || reason === 'expire') onPushedOut(game);
  };
  if (ttlMs === undefined) return new LRUCache({ max: games, dispose });
  checkWhole(ttlMs, 'milliseconds');
  const ages = { ttl: ttlMs, ttlResolution: 0, updateAgeOnGet: true, perf: clock };
  return new LRUCache({ max: games, dispose, ...ages });
}

function checkWhole(value: number, what: string): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new Fault('wrong-use', `The cache takes ${what} from 1, not ${value}`, {
    next: 'Give a whole number',
  });
}
