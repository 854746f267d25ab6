/** Games that are stopped for a while. No timer ends a hold: each look compares the clock. */
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import { type Hold, longestHoldMs } from './memory.ts';

export interface Holds {
  /**
   * One that ends later already stays as it is.
   * @throws Fault `wrong-use` for no time or too long a time
   */
  place(id: GameId, forMs: number): Hold;
  of(id: GameId): Hold | undefined;
  /** @returns whether there was one */
  end(id: GameId): boolean;
  all(): readonly Hold[];
}

interface Placed {
  readonly hold: Hold;
  readonly sinceMs: number;
}

export function createHolds(clock: Clock): Holds {
  const placed = new Map<GameId, Placed>();

  /** A clock that was set back must not make it longer. */
  const isOver = ({ sinceMs, hold: { untilMs } }: Placed) => clock.now() >= untilMs || clock.now() < sinceMs;
  const of = (id: GameId) => {
    const hold = placed.get(id);
    return hold && !isOver(hold) ? hold.hold : undefined;
  };
  const all = () => {
    for (const [id, hold] of placed) if (isOver(hold)) placed.delete(id);
    return [...placed.values()].map(({ hold }) => hold);
  };

  return {
    of,
    all,
    place(id, forMs) {
      checkTime(forMs);
      // Forgets those that are over, so that memory is not filled by holding one game after the other.
      all();
      const sinceMs = clock.now();
      const hold = { id, untilMs: Math.max(sinceMs + forMs, of(id)?.untilMs ?? 0) };
      placed.set(id, { hold, sinceMs });
      return hold;
    },
    end: (id) => of(id) !== undefined && placed.delete(id),
  };
}

function checkTime(forMs: number): void {
  if (forMs > 0 && forMs <= longestHoldMs) return;
  throw new Fault('wrong-use', `A game is held for up to ${longestHoldMs} ms, not for ${forMs}`, {
    next: 'Hold it again before its hold ends if it takes longer',
  });
}
