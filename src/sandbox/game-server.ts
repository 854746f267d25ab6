/** One game server of the sandbox: its own engine, cache, breaker, metrics and HTTP port, on storage that it shares. */
import type { BreakerSettings } from '../backend/breaker.ts';
import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { EngineSettings } from '../engine/settings.ts';
import type { GameId } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { Exporter } from '../metrics/exporter.ts';
import { createScrapeSource } from '../metrics/source/scrape.ts';
import { createAdminHandler } from '../platform/admin-handler.ts';
import { createAlertBoard } from './alert-board.ts';
import { fillRooms, repeat, serverChores } from './chores.ts';
import type { FlagFile } from './flag-file.ts';
import { createFlagView } from './flag-view.ts';
import { createPersistence } from './persistence.ts';
import { platformRoutes } from './platform-routes.ts';
import type { Chance } from './random.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { createRouter, listenOnLoopback, stopServer } from './router.ts';
import { unlessAborted } from './unless-aborted.ts';
import { webRoutes } from './web-routes.ts';

export interface GameServer {
  readonly url: string;
  readonly port: number;
  readonly rooms: Rooms;
  /** Puts a game found in storage on this server's tables. */
  takeOver(id: GameId): Promise<void>;
  /** Lets the games go on; new rooms are invented once those that were found are all there. */
  run(populated: { readonly done: Promise<void> }): void;
  /** Stores what is only in memory and last snapshots, as far as the signal leaves time. */
  close(signal: AbortSignal): Promise<void>;
}

interface GameServerOptions {
  readonly storage: Backend;
  readonly flagFile: FlagFile;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly breaker?: BreakerSettings;
  readonly engineSettings?: Partial<EngineSettings>;
  /** Of the admin API. */
  readonly adminToken: string;
  /** Taken when it is free. */
  readonly port?: number;
}

export async function startGameServer({
  flagFile,
  adminToken,
  port: wanted,
  ...options
}: GameServerOptions): Promise<GameServer> {
  const { clock, chance } = options;
  const flags = createFlagView(flagFile);
  const activeGames = () => countByPhase(rooms.list());
  const { engine, backend, breaker, exporter, takeCensus } = createPersistence({
    ...options,
    flags,
    activeGames,
  });
  const mayRecover = (id: GameId) => flags.isOn('enable_state_recovery', id);
  const rooms = createRooms({ engine, clock, chance, mayRecover });
  const alerts = createAlertBoard(clock);
  const figures = figuresOf(exporter, clock);

  const admin = createAdminHandler({ engine, token: adminToken, onEvict: rooms.evict });
  const server = createRouter([
    ...platformRoutes({ flags, rooms, chance, breaker, alerts, exporter }),
    ...webRoutes('/admin', admin),
  ]);
  const port = await listenOnLoopback(server, wanted);
  const stop = new AbortController();
  const judgeAlerts = async () => alerts.update((await figures.read()).signals);
  const chores = serverChores({ rooms, engine, backend, chance, clock, flags, takeCensus, judgeAlerts });

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    rooms,
    async takeOver(id) {
      const recovered = await engine.recover(id);
      if ('game' in recovered) rooms.adopt(recovered.game);
    },
    run({ done }) {
      for (const chore of chores) void repeat(clock, chore, stop.signal);
      void done.then(() => repeat(clock, fillRooms(rooms), stop.signal));
    },
    async close(signal) {
      stop.abort();
      await stopServer(server);
      await unlessAborted(engine.close(signal), signal);
    },
  };
}

/** A server's own figures, as anybody would compute them from its metrics. */
const figuresOf = (exporter: Exporter, clock: Clock) =>
  createScrapeSource({
    targets: ['http://localhost/metrics'],
    clock,
    fetch: async () => new Response(await exporter.expose()),
    historyPoints: 1,
  });

function countByPhase(rooms: ReturnType<Rooms['list']>): Partial<Record<Phase, number>> {
  const counts: Partial<Record<Phase, number>> = {};
  for (const { phase } of rooms) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
}
