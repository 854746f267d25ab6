/** A real master with a replica and a sentinel that is quick to fail over. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestCertificates } from './certificates.ts';
import { endProcess, freePort, startProcess, startRedis, type TestRedis, tlsArguments } from './redis.ts';
import { until } from './redis-cluster.ts';

export interface TestSentinel {
  readonly url: string;
  /** As they began. */
  readonly master: TestRedis;
  readonly replica: TestRedis;
  /** The port of the server that the sentinel says is the master. */
  masterPort(): Promise<number>;
  /** Orders a failover and waits until the replica is the master. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

interface SentinelOptions {
  /** Of the servers and of the sentinel. */
  readonly password?: string;
  readonly tls?: TestCertificates;
}

const downAfterMs = 500;

export async function startSentinel(options: SentinelOptions = {}): Promise<TestSentinel> {
  const { password, tls } = options;
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => void (await Promise.all(started.map((each) => each.stop())));
  try {
    const start = async (...args: string[]) => {
      const auth = password ? ['--masterauth', password] : [];
      const server = await startRedis({
        ...options,
        args: ['--repl-diskless-sync-delay', '0', ...auth, ...args],
      });
      started.push(server);
      return server;
    };
    const master = await start();
    const replica = await start('--replicaof', `127.0.0.1 ${master.port}`);
    const call = (server: TestRedis, ...args: [string, ...string[]]) =>
      askWith(server.port, options, ...args);
    await until(async () => /master_link_status:up/.test(String(await call(replica, 'INFO', 'replication'))));
    const sentinel = await startSentinelProcess(master.port, options);
    started.push(sentinel);
    const masterPort = async () => {
      const found = await askWith(sentinel.port, options, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'games');
      return Number(Array.isArray(found) ? found[1] : Number.NaN);
    };
    await until(async () => {
      const found = await askWith(sentinel.port, options, 'SENTINEL', 'REPLICAS', 'games');
      return Array.isArray(found) && found.length === 1 && String(found).includes('master-link-status,ok');
    });
    const auth = password ? `:${password}@` : '';
    return {
      url: `${tls ? 'rediss' : 'redis'}+sentinel://${auth}127.0.0.1:${sentinel.port}/games`,
      master,
      replica,
      masterPort,
      async failOver() {
        const before = await masterPort();
        await until(async () => {
          await askWith(sentinel.port, options, 'SENTINEL', 'FAILOVER', 'games').catch(() => {});
          return (await masterPort()) !== before;
        });
      },
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function startSentinelProcess(masterPort: number, { password, tls }: SentinelOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-sentinel-'));
  const port = await freePort();
  const config = join(folder, 'sentinel.conf');
  const lines = [
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor games 127.0.0.1 ${masterPort} 1`,
    `sentinel down-after-milliseconds games ${downAfterMs}`,
    'sentinel failover-timeout games 3000',
    ...(password ? [`sentinel auth-pass games ${password}`, `requirepass ${password}`] : []),
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const ports = tls
    ? ['--port', '0', '--tls-port', String(port), ...tlsArguments(tls)]
    : ['--port', String(port)];
  const process = await startProcess([config, '--sentinel', ...ports], '+monitor master');
  if (!process) throw new Error('The sentinel did not start');
  return {
    port,
    async stop() {
      await endProcess(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function askWith(port: number, { password, tls }: SentinelOptions, command: string, ...args: string[]) {
  const redis = new Redis({
    port,
    ...(password ? { username: 'default', password } : {}),
    ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
  });
  redis.on('error', () => {});
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}
