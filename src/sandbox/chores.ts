/** What a game server does by itself, and how often. */
import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { Engine } from '../engine/engine.ts';
import type { FlagView } from './flag-view.ts';
import type { Chance } from './random.ts';
import type { Rooms } from './rooms.ts';

export interface Chore {
  /** Milliseconds until the next time. */
  readonly pauseMs: () => number;
  readonly run: (signal: AbortSignal) => Promise<void> | void;
}

interface ServerParts {
  readonly rooms: Rooms;
  readonly engine: Engine;
  readonly backend: Backend;
  readonly chance: Chance;
  readonly clock: Clock;
  readonly flags: Pick<FlagView, 'refresh'>;
  takeCensus(signal: AbortSignal): Promise<void>;
  judgeAlerts(): Promise<void>;
}

export const fillRooms = (rooms: Pick<Rooms, 'fill'>): Chore => ({
  pauseMs: () => 500,
  run: () => rooms.fill(),
});

export function serverChores({
  rooms,
  engine,
  backend,
  chance,
  clock,
  ...server
}: ServerParts): readonly Chore[] {
  return [
    { pauseMs: () => 500, run: () => server.flags.refresh() },
    { pauseMs: () => pauseBetweenPlays(chance, clock.now()), run: () => inBackground(rooms.play()) },
    { pauseMs: () => chance.between(1500, 3000), run: () => rooms.watchOld() },
    { pauseMs: () => chance.between(5000, 12_000), run: () => rooms.recoverOne() },
    { pauseMs: () => 2000, run: (signal) => backend.ping(signal) },
    { pauseMs: () => 5000, run: (signal) => engine.catchUp(signal) },
    { pauseMs: () => 5000, run: () => rooms.settleDiverged() },
    { pauseMs: () => 1000, run: () => rooms.reopen() },
    { pauseMs: () => 10_000, run: server.takeCensus },
    { pauseMs: () => 5000, run: server.judgeAlerts },
  ];
}

/** Again and again until the signal fires. Times never overlap; one that fails does not stop the next. */
export async function repeat(clock: Clock, { pauseMs, run }: Chore, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await run(signal);
    } catch {
      // What failed is storage, which the metrics show; the next time tries again.
    }
    await clock.sleep(pauseMs(), signal).catch(() => {});
  }
}

/** About five plays a second, more and fewer in waves of a minute and a half. */
function pauseBetweenPlays(chance: Chance, nowMs: number): number {
  const perSecond = 5 + 2 * Math.sin((nowMs / 90_000) * 2 * Math.PI);
  return (-Math.log(1 - chance.next()) / perSecond) * 1000;
}

/** Players do not wait for the games of others. */
function inBackground(play: Promise<void>): void {
  play.catch(() => {});
}
