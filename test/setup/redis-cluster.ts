/** A real Redis Cluster of the test's own. */
import { Redis } from 'ioredis';
import type { TestCertificates } from './certificates.ts';
import { startRedis, type TestRedis } from './redis.ts';

export interface TestCluster {
  readonly url: string;
  /** In the order of their slots. */
  readonly masters: readonly TestRedis[];
  /** One for each master, when asked for. */
  readonly replicas: readonly TestRedis[];
  stop(): Promise<void>;
}

interface ClusterOptions {
  readonly replicas?: boolean;
  /** Over TLS only, also among themselves. */
  readonly tls?: TestCertificates;
  readonly args?: readonly string[];
}

const slots = 16_384;
const nodeTimeoutMs = 1_000;
const clusterArguments = [
  '--cluster-node-timeout',
  String(nodeTimeoutMs),
  ...['--repl-diskless-sync-delay', '0'],
];

export async function startCluster({
  replicas = false,
  tls,
  args = [],
}: ClusterOptions = {}): Promise<TestCluster> {
  const started: TestRedis[] = [];
  const stop = async () => void (await Promise.all(started.map((node) => node.stop())));
  const startNode = async () => {
    const node = await startRedis({
      cluster: true,
      ...(tls ? { tls } : {}),
      args: [...clusterArguments, ...args],
    });
    started.push(node);
    return node;
  };
  try {
    const nodes = await Promise.all(Array.from({ length: replicas ? 6 : 3 }, startNode));
    const masters = nodes.slice(0, 3);
    await form(masters, nodes.slice(3));
    const url = `${tls ? 'rediss' : 'redis'}+cluster://127.0.0.1:${masters[0]?.port}`;
    return { url, masters, replicas: nodes.slice(3), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function form(masters: readonly TestRedis[], replicas: readonly TestRedis[]): Promise<void> {
  const share = Math.ceil(slots / masters.length);
  for (const [n, master] of masters.entries()) {
    const last = Math.min(slots, (n + 1) * share) - 1;
    await ask(master, 'CLUSTER', 'ADDSLOTSRANGE', n * share, last);
    await ask(master, 'CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
  }
  const [first, ...others] = [...masters, ...replicas];
  for (const other of others) {
    const [busPort] = [await busPortOf(other)];
    if (first) await ask(first, 'CLUSTER', 'MEET', '127.0.0.1', other.port, busPort);
  }
  const all = [...masters, ...replicas];
  await until(async () => (await Promise.all(all.map(knownNodes))).every((known) => known === all.length));
  for (const [n, replica] of replicas.entries()) {
    const master = masters[n];
    if (master) await ask(replica, 'CLUSTER', 'REPLICATE', String(await ask(master, 'CLUSTER', 'MYID')));
  }
  await until(async () => (await Promise.all(all.map(isWhole))).every(Boolean));
  await until(async () => (await Promise.all(replicas.map(follows))).every(Boolean));
  // Others must know of the replicas too.
  await until(async () => {
    const texts = await Promise.all(all.map((node) => ask(node, 'CLUSTER', 'NODES')));
    return texts.every((text) => (String(text).match(/slave/g) ?? []).length === replicas.length);
  });
}

const busPortOf = async (node: TestRedis) => {
  const [, port] = (await ask(node, 'CONFIG', 'GET', 'cluster-port')) as string[];
  return Number(port);
};

const knownNodes = async (node: TestRedis) =>
  Number(/cluster_known_nodes:(\d+)/.exec(String(await ask(node, 'CLUSTER', 'INFO')))?.[1]);

async function isWhole(node: TestRedis): Promise<boolean> {
  return /cluster_state:ok/.test(String(await ask(node, 'CLUSTER', 'INFO')));
}

async function follows(replica: TestRedis): Promise<boolean> {
  return /master_link_status:up/.test(String(await ask(replica, 'INFO', 'replication')));
}

/** One command to one server, not to the cluster. */
export async function ask(node: TestRedis, command: string, ...args: (string | number)[]): Promise<unknown> {
  const redis = new Redis(
    node.url,
    node.url.startsWith('rediss') ? { tls: { rejectUnauthorized: false } } : {},
  );
  redis.on('error', () => {});
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}

export async function until(isSo: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
  const giveUpAtMs = Date.now() + limitMs;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > giveUpAtMs) throw new Error(`Not so after ${limitMs} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
