/** A real redis-server of the test's own: a free port of 127.0.0.1, data in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestCertificates } from './certificates.ts';

interface RedisOptions {
  /** Password of the default user. */
  readonly password?: string;
  /** A further user in ACL syntax, like `reader on >secret ~* +@read`. */
  readonly user?: string;
  /** Like `10mb`. */
  readonly maxmemory?: string;
  /** Over TLS only. */
  readonly tls?: TestCertificates;
  /** To be met by others of a cluster. */
  readonly cluster?: boolean;
  /** Further settings as arguments. */
  readonly args?: readonly string[];
}

export interface TestRedis {
  readonly port: number;
  /** With the password of the default user, if it has one. */
  readonly url: string;
  readonly folder: string;
  /** Hangs: it keeps its connections and answers nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it at once, as a crash would; what was not saved is lost. */
  kill(): Promise<void>;
  /** Starts it again on the same port after `kill`. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const attempts = 5;

export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-redis-'));
  const { ports, server: first } = await startOnFreePorts(folder, options);
  const { port } = ports;
  let server = first;
  const killWithTest = () => server.kill('SIGKILL');
  process.once('exit', killWithTest);
  const kill = () => endProcess(server);
  return {
    port,
    folder,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    url: `${options.tls ? 'rediss' : 'redis'}://${options.password ? `:${encodeURIComponent(options.password)}@` : ''}127.0.0.1:${port}/0`,
    kill,
    async restart() {
      const again = await start(ports, folder, options);
      if (!again) throw new Error(`Port ${port} was taken while redis-server was down`);
      server = again;
    },
    async stop() {
      await kill();
      process.off('exit', killWithTest);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Ports {
  readonly port: number;
  /** Of a cluster's servers among themselves. */
  readonly bus: number | undefined;
}

/** Others may take a port before the server does, so all are chosen anew with each attempt. */
async function startOnFreePorts(folder: string, options: RedisOptions) {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const ports = { port: await freePort(), bus: options.cluster ? await freePort() : undefined };
    const server = await start(ports, folder, options);
    if (server) return { ports, server };
  }
  throw new Error(`redis-server did not start on any of ${attempts} free ports`);
}

/** Resolves when it accepts connections; undefined when it ended instead, as it does when the port is taken. */
function start(ports: Ports, folder: string, options: RedisOptions): Promise<ChildProcess | undefined> {
  return startProcess(argumentsOf(ports, folder, options), 'Ready to accept connections');
}

/** @param sign what it prints once it is up; undefined when it ended instead */
export async function startProcess(args: readonly string[], sign: string): Promise<ChildProcess | undefined> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: server.stdout })) {
    if (!line.includes(sign)) continue;
    server.stdout.resume();
    return server;
  }
  return undefined;
}

function argumentsOf({ port, bus }: Ports, folder: string, options: RedisOptions): string[] {
  const { password, user, maxmemory, tls, args = [] } = options;
  return [
    ...['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    ...(tls ? ['--port', '0', '--tls-port', String(port), ...tlsArguments(tls)] : ['--port', String(port)]),
    ...(bus === undefined ? [] : ['--cluster-enabled', 'yes', '--cluster-port', String(bus)]),
    ...(password ? ['--requirepass', password] : []),
    ...(user ? ['--user', ...user.split(' ')] : []),
    ...(maxmemory ? ['--maxmemory', maxmemory] : []),
    ...args,
  ];
}

/** Replicas and clusters speak TLS among themselves too; clients need no certificate. */
export function tlsArguments({ caFile, certFile, keyFile }: TestCertificates): string[] {
  return [
    ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', caFile],
    ...['--tls-auth-clients', 'no', '--tls-replication', 'yes', '--tls-cluster', 'yes'],
  ];
}

export async function endProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  probe.close();
  await once(probe, 'close');
  return address.port;
}
