/** Transitions to Redis beside `redis-benchmark`, which runs the same script with the same payload. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { openBackend } from '../../src/backend/catalogue.ts';
import type { Backend } from '../../src/backend/port.ts';
import { scripts } from '../../src/backend/redis/scripts.ts';
import { systemClock } from '../../src/base/clock.ts';
import { parseGameId } from '../../src/game/game.ts';
import { startRedis } from '../setup/redis.ts';
import { type BenchState, benchEngine, firstState, nextState } from './engine-load.ts';
import { inTurn, type Rate, rateLine, timeCalls } from './measure.ts';

const rounds = 3;
/** As long as an event of the sandbox's card game. */
const payload = 'x'.repeat(420);
const atMs = 1_700_000_000_000;

export async function run(): Promise<readonly string[]> {
  const server = await startRedis();
  const backend = await openBackend(
    {
      kind: 'redis',
      url: server.url,
      readFrom: 'primary',
      poolSize: 20,
      connectTimeoutMs: 5_000,
      operationTimeoutMs: 30_000,
    },
    systemClock,
  );
  try {
    return [
      ...(await compare(server.port, backend, 1, 10_000)),
      '',
      ...(await compare(server.port, backend, 50, 50_000)),
    ];
  } finally {
    await backend.close();
    await server.stop();
  }
}

async function compare(port: number, backend: Backend, clients: number, count: number): Promise<string[]> {
  const rates = await inTurn(rounds, {
    eval: () => onEmpty(port, () => redisBenchmark(port, clients, count, ['EVAL', scripts.gkAppend.lua])),
    evalsha: () =>
      onEmpty(port, async () => redisBenchmark(port, clients, count, ['EVALSHA', await load(port)])),
    backend: () => onEmpty(port, () => appendPrepared(backend, clients, count)),
    engine: () => onEmpty(port, () => appendThroughEngine(backend, clients, count, (_, stored) => stored)),
    anew: () => onEmpty(port, () => appendThroughEngine(backend, clients, count, (own) => own)),
  });
  const at = clients === 1 ? 'one by one' : `${clients} at once`;
  return [
    rateLine(`redis-benchmark EVAL, ${at}`, rates.eval),
    rateLine('redis-benchmark EVALSHA', rates.evalsha, rates.eval),
    rateLine('backend.append, event prepared', rates.backend, rates.eval),
    rateLine('engine.append: validation, patch, hash, metrics', rates.engine, rates.eval),
    rateLine("engine.append, on the caller's own copy", rates.anew, rates.eval),
  ];
}

async function appendPrepared(backend: Backend, clients: number, count: number): Promise<Rate> {
  const event = Buffer.from(payload);
  const ids = Array.from({ length: count }, (_, index) => parseGameId(String(index).padStart(12, '0')));
  return timeCalls(count, clients, async (index) => {
    const id = ids[index] ?? parseGameId('none');
    await backend.append(id, { expectedRevision: 0, phase: 'TURN', atMs, event });
  });
}

/**
 * As many games as clients, each played on and on: the transitions are of the same size as the payload.
 *
 * @param choose what the next state is built on: the state that was handed over, or the one that came back for it
 */
async function appendThroughEngine(
  backend: Backend,
  clients: number,
  count: number,
  choose: (own: BenchState, stored: BenchState) => BenchState,
): Promise<Rate> {
  const engine = benchEngine(backend);
  const games = await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const id = parseGameId(`engine-${index}`);
      const created = await engine.create(id, firstState(id), 'bench');
      if (created.kind !== 'committed') throw new Error(`Not created: ${created.kind}`);
      return { id, state: firstState(id), position: created };
    }),
  );
  const free = [...games];
  const rate = await timeCalls(count, clients, async () => {
    const game = free.pop();
    if (!game) throw new Error('More calls at once than games');
    const { to, state } = nextState(game.state);
    const moved = await engine.append(
      game.id,
      { type: 'PLAY', to, actor: 'bench', change: { state } },
      game.position,
    );
    if (moved.kind !== 'committed') throw new Error(`Not stored: ${moved.kind}`);
    // It is equal to what was handed over.
    Object.assign(game, { state: choose(state, moved.state as BenchState), position: moved });
    free.push(game);
  });
  await engine.close();
  return rate;
}

async function redisBenchmark(
  port: number,
  clients: number,
  count: number,
  command: readonly string[],
): Promise<Rate> {
  const { stdout } = await promisify(execFile)('redis-benchmark', [
    ...['-p', String(port), '-c', String(clients), '-n', String(count), '-r', '2000000000', '--csv'],
    ...command,
    ...['1', 'gk1:{game:__rand_int__}', '8', 'absent', '1', 'TURN', String(atMs), '', '', 'e:1', payload],
  ]);
  // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms",…
  const row = stdout.trim().split('\n').at(-1) ?? '';
  const [perSecond, , , p50Ms, , p99Ms] = [...row.matchAll(/"([\d.]+)"/g)]
    .slice(-7)
    .map(([, text]) => Number(text));
  const stored = await withClient(port, (redis) => redis.dbsize());
  // A few keys may come twice; were it more, other calls than ours would have been measured.
  if (stored < count * 0.99) throw new Error(`redis-benchmark stored ${stored} games, not ${count}`);
  if (perSecond === undefined || !(perSecond > 0)) throw new Error(`redis-benchmark said: ${stdout}`);
  return { perSecond, ...(p50Ms === undefined ? {} : { p50Ms }), ...(p99Ms === undefined ? {} : { p99Ms }) };
}

async function onEmpty(port: number, work: () => Promise<Rate>): Promise<Rate> {
  await withClient(port, (redis) => redis.flushall());
  return work();
}

const load = (port: number) =>
  withClient(port, async (redis) => String(await redis.script('LOAD', scripts.gkAppend.lua)));

async function withClient<T>(port: number, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
