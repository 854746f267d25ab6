/** Memory of the engine for games outside its cache: as many as there are, it must stay flat. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBackend } from '../../src/backend/catalogue.ts';
import { systemClock } from '../../src/base/clock.ts';
import { parseGameId } from '../../src/game/game.ts';
import { startRedis } from '../setup/redis.ts';
import { benchEngine, firstState, nextState } from './engine-load.ts';

const counts = [1_000, 10_000, 100_000];
const atOnce = 100;
/** What weak collections and finalizers hold goes with later rounds. */
const gcRounds = 5;
const gcPauseMs = 50;

export async function run(): Promise<readonly string[]> {
  const server = await startRedis();
  try {
    const lines: string[] = [];
    let first: number | undefined;
    for (const count of counts) {
      const bytes = await heapAfter(server.url, count);
      first ??= bytes;
      const mebibytes = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      lines.push(
        `${count.toLocaleString('en')} games played`.padEnd(44) +
          mebibytes.padStart(12) +
          `${(bytes / first).toFixed(2)}×`.padStart(12),
      );
    }
    return lines;
  } finally {
    await server.stop();
  }
}

/** Each count in a process of its own, which collects its garbage before it looks. */
async function heapAfter(url: string, count: number): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), [url, String(count)], { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit');
  const [bytes] = await Promise.race([once(child, 'message'), exited.then(() => [Number.NaN])]);
  await exited;
  if (!Number.isFinite(bytes)) throw new Error(`The process that played ${count} games failed`);
  return bytes;
}

async function play(url: string, count: number): Promise<number> {
  const backend = await openBackend(
    {
      kind: 'redis',
      url,
      readFrom: 'primary',
      poolSize: 20,
      connectTimeoutMs: 5_000,
      operationTimeoutMs: 30_000,
    },
    systemClock,
  );
  const engine = benchEngine(backend);
  for (let at = 0; at < count; at += atOnce) {
    await Promise.all(
      Array.from({ length: atOnce }, async (_, index) => {
        const id = parseGameId(`memory-${count}-${at + index}`);
        const created = await engine.create(id, firstState(id), 'bench');
        if (created.kind !== 'committed') throw new Error(`Not created: ${created.kind}`);
        const { to, state } = nextState(firstState(id));
        await engine.append(id, { type: 'PLAY', to, actor: 'bench', change: { state } }, created);
      }),
    );
  }
  for (let round = 0; round < gcRounds; round++) {
    // As from the command line, where there is no type for it.
    (globalThis as { gc?: () => void }).gc?.();
    await setTimeout(gcPauseMs);
  }
  const { heapUsed, external } = process.memoryUsage();
  await engine.close();
  await backend.close();
  return heapUsed + external;
}

if (process.send) {
  const [, , url = '', count = '0'] = process.argv;
  process.send(await play(url, Number(count)));
  process.disconnect();
}
