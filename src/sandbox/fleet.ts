/** The game servers of the sandbox on one storage, with their games: those found there, or the first ones. */
import type { BreakerSettings } from '../backend/breaker.ts';
import { openEmbedded } from '../backend/embedded/embedded.ts';
import type { Backend, PrimaryBackend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { EngineSettings } from '../engine/settings.ts';
import { type GameId, parseGameId } from '../game/game.ts';
import type { RecordKey } from '../game/record.ts';
import { repeat } from './chores.ts';
import { openFaultFile, withStorageFaults } from './faults.ts';
import { openFlagFile } from './flag-file.ts';
import { type GameServer, startGameServer } from './game-server.ts';
import { legacyGames } from './legacy-games.ts';
import { sandboxPaths } from './paths.ts';
import { readPorts, writePorts } from './port-file.ts';
import { type Chance, seededChance } from './random.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface Fleet {
  /** Base URLs. */
  readonly servers: readonly string[];
  /** Within the signal's time, what it could not do by then undone. */
  close(signal: AbortSignal): Promise<void>;
}

/** What the platform does with its finished games; whoever starts the sandbox brings it. */
export type Retire = (storage: PrimaryBackend, signal: AbortSignal) => Promise<void>;

interface FleetOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly seed: number;
  readonly breaker?: BreakerSettings;
  readonly engineSettings?: Partial<EngineSettings>;
  readonly adminToken: string;
  readonly retire?: Retire;
}

const fleetSize = 2;
const retireEveryMs = 60_000;
/** So many that the first games are in different phases when somebody looks. */
const openingPlays = 50;
/** Among many finished games the others are looked for while the first of them are played already. */
const resumeAtOnceMs = 1000;
const resumedAtOnce = 16;

export async function startFleet({ folder, clock, seed, retire, ...options }: FleetOptions): Promise<Fleet> {
  const ended = new AbortController();
  const storage = openStorage(folder, clock, seededChance(seed), ended.signal);
  const flagFile = openFlagFile(sandboxPaths(folder).flags);
  const { ports: portFile } = sandboxPaths(folder);
  const ports = readPorts(portFile);
  const servers = await Promise.all(
    Array.from({ length: fleetSize }, (_, index) => {
      const port = ports[index] ?? 0;
      const chance = seededChance(seed + 1 + index);
      return startGameServer({ ...options, storage, flagFile, clock, chance, port });
    }),
  );
  writePorts(
    portFile,
    servers.map(({ port }) => port),
  );
  const populated = await populate(servers, storage, clock, ended.signal);
  for (const server of servers) server.run(populated);
  if (retire) {
    const chore = { pauseMs: () => retireEveryMs, run: (signal: AbortSignal) => retire(storage, signal) };
    void repeat(clock, chore, ended.signal);
  }
  return {
    servers: servers.map(({ url }) => url),
    async close(signal) {
      await Promise.all(servers.map((server) => server.close(signal)));
      ended.abort();
      await unlessAborted(storage.close(), signal);
    },
  };
}

function openStorage(
  folder: string,
  clock: Clock,
  { next: random }: Chance,
  ended: AbortSignal,
): PrimaryBackend {
  const { data, faults } = sandboxPaths(folder);
  const file = openFaultFile(faults);
  return withStorageFaults(openEmbedded({ folder: data, clock, random }), { file, clock, random, ended });
}

/** @returns at once but for a moment, what resolves when every game that was found is on a table */
async function populate(
  servers: readonly GameServer[],
  storage: Backend,
  clock: Clock,
  ended: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const keys: RecordKey[] = [];
  for await (const page of storage.scan()) keys.push(...page);
  if (keys.length === 0) {
    for (const game of legacyGames(clock.now())) await storage.replaceRecord(game, 'absent');
    await Promise.all(servers.map(openGames));
    return { done: Promise.resolve() };
  }
  const done = resume(servers, storage, keys, ended);
  const late = new AbortController();
  await Promise.race([done, clock.sleep(resumeAtOnceMs, late.signal).catch(() => {})]);
  late.abort();
  return { done };
}

async function openGames({ rooms }: GameServer): Promise<void> {
  await rooms.fill();
  for (let play = 0; play < openingPlays; play++) await rooms.play();
}

/** Never rejects: a game that cannot be taken over stays in storage. */
async function resume(
  servers: readonly GameServer[],
  storage: Backend,
  keys: readonly RecordKey[],
  ended: AbortSignal,
): Promise<void> {
  const ids = keys.filter(({ layout }) => layout === 'current').map(({ id }) => parseGameId(id));
  const resumeOne = async (id: GameId, index: number) => {
    const server = servers[index % servers.length];
    if (await isOver(storage, id)) server?.rooms.remember(id);
    else await server?.takeOver(id).catch(() => {});
  };
  for (let at = 0; at < ids.length && !ended.aborted; at += resumedAtOnce) {
    await Promise.all(ids.slice(at, at + resumedAtOnce).map((id, index) => resumeOne(id, at + index)));
  }
}

/** A game that cannot be read is not; recovering it will say so. */
const isOver = async (storage: Backend, id: GameId) =>
  (await storage.read(id).catch(() => undefined))?.phase === 'GAME_OVER';
