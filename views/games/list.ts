/**
 * The list of games as it was last read, with where the operator is in it. It outlives the screen: who comes back
 * finds the same rows, with their age, and the same place. A reading that fails never takes rows away.
 */

import type { Clock } from '../../src/base/clock.ts';
import { asFault, type Fault } from '../../src/base/fault.ts';
import type { RecordKey } from '../../src/game/record.ts';
import type { GameHolds, GameRow, GamesPort } from '../../src/games/game-view.ts';
import { type Cell, createCell } from '../hook/cell.ts';
import type { Shell } from '../shell.ts';
import type { GameOrder } from './order.ts';

export interface GameListing {
  readonly rows: readonly GameRow[];
  /** When the reading that the rows are from began; undefined before the first. */
  readonly atMs: number | undefined;
  /** False while a first reading goes on, and when it ended early: there are more games than rows. */
  readonly complete: boolean;
  readonly reading: { readonly games: number; readonly sinceMs: number } | undefined;
  /** Why the last reading ended early. */
  readonly fault: Fault | undefined;
  /** Which of them stand still; undefined where nobody was asked. */
  readonly holds: GameHolds | undefined;
  readonly location: string | undefined;
  readonly readsFrom: GamesPort['readsFrom'] | undefined;
}

/** What the operator has chosen on the list. */
export interface GamePlace {
  readonly filter: string;
  readonly order: GameOrder;
  /** The row in front. */
  readonly selected: string | undefined;
  /** Where it was, for when it is gone. */
  readonly index: number;
}

export interface GameList {
  readonly listing: Cell<GameListing>;
  readonly place: Cell<GamePlace>;
  /** Reads all games anew; joins a reading that is under way. */
  read(): void;
}

export const rowKey = ({ layout, id }: RecordKey): string => `${layout}/${id}`;

const unread: GameListing = {
  rows: [],
  atMs: undefined,
  complete: false,
  reading: undefined,
  fault: undefined,
  holds: undefined,
  location: undefined,
  readsFrom: undefined,
};

/** Rows are shown as they come, but a frame for each batch would slow the reading down. */
const showEveryMs = 500;

interface Parts {
  readonly games: () => Promise<GamesPort>;
  readonly clock: Clock;
  readonly track: Shell['track'];
}

export function createGameList({ games, clock, track }: Parts): GameList {
  const listing = createCell(unread);
  const place = createCell<GamePlace>({ filter: '', order: 'id', selected: undefined, index: 0 });
  const change = (to: Partial<GameListing>) => listing.set({ ...listing.get(), ...to });

  const readAll = async (signal: AbortSignal) => {
    const sinceMs = clock.now();
    const first = !listing.get().complete;
    const rows: GameRow[] = [];
    const shown = (): Partial<GameListing> => (first ? { rows: rows.slice(), atMs: sinceMs } : {});
    change({ reading: { games: 0, sinceMs } });
    try {
      const port = await games();
      change({ location: port.location, readsFrom: port.readsFrom });
      const holding = port.holds(signal).then((holds) => change({ holds }));
      let shownMs = sinceMs;
      for await (const page of port.list({}, signal)) {
        for (const row of page) rows.push(row);
        if (clock.now() - shownMs < showEveryMs) continue;
        shownMs = clock.now();
        change({ ...shown(), reading: { games: rows.length, sinceMs } });
      }
      await holding;
      change({ rows, atMs: sinceMs, complete: true, reading: undefined, fault: undefined });
    } catch (thrown) {
      // What was read before is more than what came now, and says how old it is.
      const better = first && rows.length >= listing.get().rows.length;
      change({ ...(better ? shown() : {}), reading: undefined, fault: asFault(thrown) });
    }
  };

  return {
    listing,
    place,
    read() {
      if (!listing.get().reading) void track(readAll);
    },
  };
}
