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
  /** Of the sentinel, where it is another. */
  readonly sentinelPassword?: string;
  /** A further user of the sentinel in ACL syntax, like `watcher on >secret &* +@all`. */
  readonly sentinelUser?: string;
  /** Servers are announced as `localhost` instead of by address. */
  readonly byName?: boolean;
  readonly tls?: TestCertificates;
}

const downAfterMs = 500;

export async function startSentinel(options: SentinelOptions = {}): Promise<TestSentinel> {
  const { password, sentinelPassword = password, byName = false, tls } = options;
  const host = byName ? 'localhost' : '127.0.0.1';
  const atSentinel = { ...options, password: sentinelPassword };
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => void (await Promise.all(started.map((each) => each.stop())));
  try {
    const start = async (...args: string[]) => {
      const auth = password ? ['--masterauth', password] : [];
      const server = await startRedis({
        ...options,
        args: ['--repl-diskless-sync-delay', '0', '--replica-announce-ip', host, ...auth, ...args],
      });
      started.push(server);
      return server;
    };
    const master = await start();
    const replica = await start('--replicaof', `${host} ${master.port}`);
    const call = (server: TestRedis, ...args: [string, ...string[]]) =>
      askWith(server.port, options, ...args);
    await until(async () => /master_link_status:up/.test(String(await call(replica, 'INFO', 'replication'))));
    const sentinel = await startSentinelProcess(`${host} ${master.port}`, options);
    started.push(sentinel);
    const masterPort = async () => {
      const found = await askWith(sentinel.port, atSentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'games');
      return Number(Array.isArray(found) ? found[1] : Number.NaN);
    };
    await until(async () => {
      const found = await askWith(sentinel.port, atSentinel, 'SENTINEL', 'REPLICAS', 'games');
      return Array.isArray(found) && found.length === 1 && String(found).includes('master-link-status,ok');
    });
    const auth = password ? `:${password}@` : '';
    return {
      url: `${tls ? 'rediss' : 'redis'}+sentinel://${auth}${host}:${sentinel.port}/games`,
      master,
      replica,
      masterPort,
      async failOver() {
        const before = await masterPort();
        await until(async () => {
          await askWith(sentinel.port, atSentinel, 'SENTINEL', 'FAILOVER', 'games').catch(() => {});
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

const attempts = 5;

async function startSentinelProcess(watched: string, options: SentinelOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-sentinel-'));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = await freePort();
    const config = join(folder, 'sentinel.conf');
    await writeFile(config, configOf(watched, folder, options));
    const process = await startProcess(
      [config, '--sentinel', ...portArguments(port, options)],
      '+monitor master',
    );
    if (!process) continue;
    return {
      port,
      async stop() {
        await endProcess(process);
        await rm(folder, { recursive: true, force: true });
      },
    };
  }
  throw new Error(`The sentinel did not start on any of ${attempts} free ports`);
}

const portArguments = (port: number, { tls }: SentinelOptions): string[] =>
  tls ? ['--port', '0', '--tls-port', String(port), ...tlsArguments(tls)] : ['--port', String(port)];

/** @param watched host and port of the master */
function configOf(
  watched: string,
  folder: string,
  { password, sentinelPassword = password, sentinelUser, byName }: SentinelOptions,
): string {
  const lines = [
    'bind 127.0.0.1',
    `dir ${folder}`,
    ...(byName ? ['sentinel resolve-hostnames yes', 'sentinel announce-hostnames yes'] : []),
    `sentinel monitor games ${watched} 1`,
    `sentinel down-after-milliseconds games ${downAfterMs}`,
    'sentinel failover-timeout games 3000',
    ...(password ? [`sentinel auth-pass games ${password}`] : []),
    ...(sentinelPassword ? [`requirepass ${sentinelPassword}`] : []),
    ...(sentinelUser ? [`user ${sentinelUser}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

interface Asked {
  readonly password?: string | undefined;
  readonly tls?: TestCertificates;
}

async function askWith(port: number, { password, tls }: Asked, command: string, ...args: string[]) {
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
