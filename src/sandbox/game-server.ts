/** One game server of the sandbox: its own engine, cache, breaker, metrics and HTTP port, on storage that it shares. */
import { type BreakerSettings, withBreaker } from '../backend/breaker.ts';
import { openEmbedded } from '../backend/embedded/embedded.ts';
import { observed } from '../backend/observed.ts';
import type { Backend, Census } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { createEngine } from '../engine/create.ts';
import type { EngineSettings } from '../engine/engine.ts';
import { inCohort } from '../game/cohort.ts';
import type { GameId } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import { createExporter } from '../metrics/exporter.ts';
import { createScrapeSource } from '../metrics/source/scrape.ts';
import type { FlagName } from '../platform/flags.ts';
import { createAlertBoard } from './alert-board.ts';
import { inventedRoom } from './card-game.ts';
import { gamesPerServer, repeat, serverChores } from './chores.ts';
import { openFaultFile, withStorageFaults } from './faults.ts';
import { isEffective, openFlagFile } from './flag-file.ts';
import { sandboxPaths } from './paths.ts';
import { platformRoutes } from './platform-routes.ts';
import type { Chance } from './random.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { createRouter, listenOnLoopback, stopServer } from './router.ts';

export interface GameServer {
  readonly url: string;
  readonly backend: Backend;
  readonly rooms: Rooms;
  /** The first games, moved on so far that they are in different phases. */
  open(plays: number): Promise<void>;
  /** Puts a game found in storage on this server's tables. */
  takeOver(id: GameId): Promise<void>;
  /** Lets the games go on. */
  run(): void;
  /** Stores what is only in memory and last snapshots, as far as the signal leaves time. */
  close(signal: AbortSignal): Promise<void>;
}

interface GameServerOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly breaker?: BreakerSettings;
}

/** Production's, shortened so that all of it can be seen within minutes. */
const engineSettings: EngineSettings = {
  snapshotIntervalMs: 60_000,
  snapshotsKept: 5,
  compactAfterEvents: 1000,
  cacheGames: 40,
  completedRetentionMs: 4 * 60_000,
  compression: true,
};

const censusMaxAgeMs = 30_000;

export async function startGameServer({
  folder,
  clock,
  chance,
  breaker,
}: GameServerOptions): Promise<GameServer> {
  const paths = sandboxPaths(folder);
  const flagFile = openFlagFile(paths.flags);
  let flags = flagFile.read();
  let census: Census | undefined;

  const isOn = (flag: FlagName, id: GameId) =>
    isEffective(flags, flag, (percentage) => inCohort(id, percentage));

  const storage = withStorageFaults(openEmbedded({ folder: paths.data, clock, random: chance.next }), {
    file: openFaultFile(paths.faults),
    clock,
    random: chance.next,
  });
  const guarded = withBreaker(storage, clock, breaker);
  const exporter = createExporter({
    backend: storage.kind,
    strategy: 'hybrid',
    clock,
    gauges: {
      activeGames: () => countByPhase(rooms.list()),
      unpersisted: () => engine.unpersisted(),
      breaker: () => guarded.breaker.state().state,
      storage: () => (census && clock.now() - census.atMs <= censusMaxAgeMs ? census : undefined),
    },
  });
  const backend = observed(guarded, exporter);
  const engine = createEngine({
    backend,
    clock,
    settings: engineSettings,
    policy: {
      shouldPersist: (id) => isOn('use_state_persistence', id),
      shouldSnapshot: (id) => isOn('enable_state_snapshots', id),
    },
    observer: exporter,
    random: chance.hex,
  });
  const rooms = createRooms({ engine, clock, chance, mayRecover: (id) => isOn('enable_state_recovery', id) });
  const alertBoard = createAlertBoard(clock);
  const ownFigures = createScrapeSource({
    targets: ['http://localhost/metrics'],
    clock,
    fetch: async () => new Response(await exporter.expose()),
    historyPoints: 1,
  });

  const server = createRouter(
    platformRoutes({
      flags: () => flags,
      updateFlags(changes) {
        const change = flagFile.update(changes);
        if (change.kind === 'changed') flags = change.flags;
        return change;
      },
      rooms,
      chance,
      breaker: () => guarded.breaker.state(),
      alerts: () => alertBoard.active(),
      exporter,
    }),
  );
  const port = await listenOnLoopback(server);
  const stop = new AbortController();
  const chores = serverChores({
    ...{ rooms, engine, backend, chance, clock },
    refreshFlags() {
      flags = flagFile.read();
    },
    takeCensus(taken) {
      census = taken;
    },
    judgeAlerts: async () => alertBoard.update((await ownFigures.read()).signals),
  });

  return {
    url: `http://127.0.0.1:${port}`,
    backend,
    rooms,
    async open(plays) {
      await Promise.all(Array.from({ length: gamesPerServer }, () => rooms.create(inventedRoom(chance))));
      for (let play = 0; play < plays; play++) await rooms.play();
    },
    async takeOver(id) {
      const recovered = await engine.recover(id);
      if ('game' in recovered) rooms.adopt(recovered.game);
    },
    run() {
      for (const chore of chores) void repeat(clock, chore, stop.signal);
    },
    async close(signal) {
      stop.abort();
      await stopServer(server);
      await unlessAborted(engine.close(signal), signal);
      await unlessAborted(backend.close(), signal);
    },
  };
}

function countByPhase(rooms: ReturnType<Rooms['list']>): Partial<Record<Phase, number>> {
  const counts: Partial<Record<Phase, number>> = {};
  for (const { phase } of rooms) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([work.catch(() => {}), aborted]);
}
