import type { BreakerSettings } from '../backend/breaker.ts';
import type { Clock } from '../base/clock.ts';
import { type GameId, parseGameId } from '../game/game.ts';
import type { RecordKey } from '../game/record.ts';
import { type GameServer, startGameServer } from './game-server.ts';
import { legacyGames } from './legacy-games.ts';
import { seededChance } from './random.ts';

export interface Fleet {
  /** Base URLs. */
  readonly servers: readonly string[];
  close(signal: AbortSignal): Promise<void>;
}

interface FleetOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly seed: number;
  readonly breaker?: BreakerSettings;
}

const fleetSize = 2;
/** Plays on each server before anybody looks, so that the first games are in different phases. */
const openingPlays = 50;

/** Two servers on one storage, with their games: those found there, or the first ones. */
export async function startFleet({ seed, ...options }: FleetOptions): Promise<Fleet> {
  const servers = await Promise.all(
    Array.from({ length: fleetSize }, (_, index) =>
      startGameServer({ ...options, chance: seededChance(seed + index) }),
    ),
  );
  await populate(servers, options.clock.now());
  for (const server of servers) server.run();
  return {
    servers: servers.map(({ url }) => url),
    close: async (signal) => void (await Promise.all(servers.map((server) => server.close(signal)))),
  };
}

async function populate(servers: readonly GameServer[], nowMs: number): Promise<void> {
  const [first] = servers;
  if (!first) return;
  const keys: RecordKey[] = [];
  for await (const page of first.backend.scan()) keys.push(...page);
  if (keys.length > 0) return resume(servers, first, keys);
  for (const game of legacyGames(nowMs)) await first.backend.replaceRecord(game, 'absent');
  await Promise.all(servers.map((server) => server.open(openingPlays)));
}

async function resume(
  servers: readonly GameServer[],
  reader: GameServer,
  keys: readonly RecordKey[],
): Promise<void> {
  const ids = keys.filter(({ layout }) => layout === 'current').map(({ id }) => parseGameId(id));
  const phases = await Promise.all(ids.map((id) => phaseOf(reader, id)));
  await Promise.all(
    ids.map(async (id, index) => {
      const server = servers[index % servers.length];
      if (phases[index] === 'GAME_OVER') server?.rooms.remember(id);
      else await server?.takeOver(id).catch(() => {});
    }),
  );
}

/** undefined for a game that cannot be read; recovering it will say so. */
const phaseOf = async ({ backend }: GameServer, id: GameId) =>
  (await backend.read(id).catch(() => undefined))?.phase;
