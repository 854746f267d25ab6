/** Games in a real Redis: of our engine, and as the field's older writers left them. */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/base/clock.ts';
import { createEngine } from '../../src/engine/create.ts';
import type { Position, Transitioned } from '../../src/engine/engine.ts';
import { productionSettings } from '../../src/engine/settings.ts';
import { parseGameId } from '../../src/game/game.ts';
import type { Phase } from '../../src/game/phases.ts';
import { openTestRedis } from './open-redis.ts';

const moves: readonly Phase[] = ['PREPARATION', 'DECLARATION', 'TURN', 'TURN'];

/** Each is played into its second turn. */
export async function playGames(url: string, ids: readonly string[]): Promise<void> {
  const backend = openTestRedis(url);
  const engine = createEngine({
    backend,
    clock: systemClock,
    settings: { ...productionSettings, validate: false },
    policy: { shouldPersist: () => true, shouldSnapshot: () => true },
    observer: {
      transition() {},
      snapshot() {},
      recovery() {},
      cache() {},
      validation() {},
      overBound() {},
      lost() {},
    },
  });
  for (const id of ids.map(parseGameId)) {
    let at = positionOf(await engine.create(id, { room_id: id, turn: 0 }, 'host'));
    for (const [turn, to] of moves.entries()) {
      const change = { state: { room_id: id, turn, phase: to } };
      at = positionOf(await engine.append(id, { type: 'MOVE', to, actor: 'ada', change }, at));
    }
  }
  await engine.close();
  await backend.close();
}

function positionOf(moved: Transitioned): Position {
  if (moved.kind !== 'committed') throw new Error(`A game was not stored: ${moved.kind}`);
  return moved;
}

/** With a field that nobody knows and bytes that are no text. */
export async function writeLegacyGames(url: string, ids: readonly string[]): Promise<void> {
  await withRedis(url, async (redis) => {
    for (const id of ids) {
      await redis.hset(`game:${id}`, {
        phase: 'TURN',
        state: JSON.stringify({ room_id: id, players: [{ id: 'p1' }, { id: 'p2' }] }),
        snapshots: JSON.stringify([]),
        transitions: JSON.stringify([{ from: 'DECLARATION', to: 'TURN' }]),
        last_updated: '2026-01-05T03:00:00Z',
        shard_hint: Buffer.from([0, 255, 128, 10]),
      });
    }
  });
}

export const emptyRedis = (url: string): Promise<unknown> => withRedis(url, (redis) => redis.flushall());

/** Every game's key with its fields, to compare what two servers hold. Hex, so that no byte is lost. */
export function contentOf(url: string): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  return withRedis(url, async (redis) => {
    const keys = (await redis.keys('*game:*')).sort();
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await fieldsOf(redis, key)])));
  });
}

async function fieldsOf(redis: Redis, key: string): Promise<Record<string, string>> {
  const fields = await redis.hgetallBuffer(key);
  const entries = Object.entries(fields).map(([name, value]) => [name, value.toString('hex')] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** So many more games like one of our engine, each with a field of so many bytes that is nobody's. */
export async function multiplyGame(
  url: string,
  id: string,
  { games, bytes }: { readonly games: number; readonly bytes: number },
): Promise<void> {
  const keyOf = (name: string) => `gk1:{game:${name}}`;
  await withRedis(url, async (redis) => {
    await redis.hset(keyOf(id), { padding: randomBytes(bytes / 2).toString('hex') });
    const copies = redis.pipeline();
    for (let copy = 0; copy < games; copy++) copies.copy(keyOf(id), keyOf(`${id}-${copy}`));
    await copies.exec();
  });
}
