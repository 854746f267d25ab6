import { expect, onTestFinished, test, vi } from 'vitest';
import type { Backend, Finding } from '../../../src/backend/port.ts';
import { connectRedis, serveRedis } from '../../setup/redis-calls.ts';
import { ask, startCluster } from '../../setup/redis-cluster.ts';
import { startSentinel } from '../../setup/redis-sentinel.ts';

async function found(backend: Backend): Promise<Record<string, string>> {
  const findings = await backend.examine();
  for (const { kind, next } of findings) expect(next === undefined).toBe(kind === 'ok');
  return Object.fromEntries(findings.map(({ name, kind, found }: Finding) => [name, `${kind}: ${found}`]));
}

test('a careful server passes, but for the replica that it lacks', async () => {
  const server = await serveRedis({ maxmemory: '100mb', args: ['--appendonly', 'yes'] });
  expect(await found(connectRedis(server.url))).toEqual({
    version: expect.stringMatching(/^ok: \d+\.\d+\.\d+$/),
    role: 'ok: master',
    replicas: 'warning: none: what this server loses is lost',
    maxmemory: expect.stringMatching(/^ok: \d+ % of 100 MiB used$/),
    'maxmemory-policy': 'ok: noeviction',
    persistence: 'ok: appendonly',
    rights: 'ok: this user may read, write and scan',
  });
});

test.each([
  ['10mb', 'problem: allkeys-lru: a full server evicts games'],
  ['0', 'warning: allkeys-lru: games will be evicted once maxmemory is set'],
])('eviction is found, with a maxmemory of %s', async (maxmemory, expected) => {
  const server = await serveRedis({ maxmemory, args: ['--maxmemory-policy', 'allkeys-lru'] });
  expect(await found(connectRedis(server.url))).toMatchObject({ 'maxmemory-policy': expected });
});

test.each([
  [['--save', '60 1'], 'ok: snapshots by "60 1": a crash loses what came after the last'],
  [[], 'warning: off: a restart loses every game'],
])('durability is told with %s', async (args, expected) => {
  const server = await serveRedis({ args });
  expect(await found(connectRedis(server.url))).toMatchObject({ persistence: expected });
});

test('a server without a limit, and one that is nearly full, are found', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  expect(await found(backend)).toMatchObject({ maxmemory: expect.stringMatching(/^warning: not set/) });
  const info = String(await ask(server, 'INFO', 'memory'));
  const used = Number(/used_memory:(\d+)/.exec(info)?.[1]);
  await ask(server, 'CONFIG', 'SET', 'maxmemory', Math.round(used / 0.95));
  expect(await found(backend)).toMatchObject({ maxmemory: expect.stringMatching(/^problem: \d+ % of/) });
});

test('what a user may not ask is unknown, by the command', async () => {
  const server = await serveRedis({ user: 'careful on >secret ~* +@all -info -config' });
  const careful = `redis://careful:secret@127.0.0.1:${server.port}/0`;
  expect(await found(connectRedis(careful))).toEqual({
    server: 'unknown: this user may not run INFO',
    rights: 'ok: this user may read, write and scan',
  });
  await ask(server, 'ACL', 'SETUSER', 'careful', '+info');
  expect(await found(connectRedis(careful))).toMatchObject({
    persistence: 'unknown: this user may not run CONFIG GET save',
  });
});

test.each([
  ['~* +@read +@scripting', /^warning: this user may not write: .*DEL.*HSET/],
  ['~* +@write +@scripting +hget', /^problem: this user may not read all games: SCAN/],
  ['~game:* +@all', /^problem: this user may not read all games: TYPE/],
  ['~* +@read +@write', /^problem: this user may not run scripts/],
  // As the README has it.
  ['~* +@read +@write +@scripting +ping', /^ok/],
])('rights of a user with %s are told', async (rules, expected) => {
  const server = await serveRedis({ user: `u on >pw ${rules}` });
  const backend = connectRedis(`redis://u:pw@127.0.0.1:${server.port}/0`);
  expect(await found(backend)).toMatchObject({ rights: expect.stringMatching(expected) });
});

test('a replica is a problem where the master is meant, and none where a replica is', async () => {
  const master = await serveRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  const replica = await serveRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
  expect(await found(connectRedis(replica.url))).toMatchObject({
    role: 'problem: a replica, which takes no writes',
  });
  const reader = connectRedis(replica.url, { readFrom: 'replica' });
  await vi.waitFor(
    async () =>
      expect(await found(reader)).toMatchObject({
        role: expect.stringMatching(/^ok: replica, last heard its master \d+ s ago$/),
      }),
    { timeout: 10_000 },
  );
  await vi.waitFor(
    async () => expect(await found(connectRedis(master.url))).toMatchObject({ replicas: 'ok: 1, in step' }),
    { timeout: 10_000 },
  );
  await master.kill();
  await vi.waitFor(
    async () => expect(await found(reader)).toMatchObject({ role: 'problem: a replica without its master' }),
    { timeout: 10_000 },
  );
});

test('sentinels are asked whether they could fail over', async () => {
  const sentinel = await startSentinel();
  onTestFinished(() => sentinel.stop());
  expect(await found(connectRedis(sentinel.url, { readFrom: 'replica' }))).toMatchObject({
    sentinels: expect.stringMatching(/^ok: 1 usable/),
    replicas: 'ok: 1, in step',
  });
});

test('every master of a cluster is looked at; what they say alike is said once', async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const [odd] = cluster.masters;
  if (!odd) throw new Error('There is no master');
  await ask(odd, 'CONFIG', 'SET', 'maxmemory', '100mb');
  await ask(odd, 'CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
  const findings = await connectRedis(cluster.url).examine();
  expect(findings.find(({ name }) => name === 'cluster')).toMatchObject({
    kind: 'ok',
    found: '3 masters, all slots served',
  });
  expect(findings.filter(({ name }) => name === 'version')).toHaveLength(1);
  expect(
    findings
      .filter(({ name }) => name === 'maxmemory-policy')
      .map(({ kind }) => kind)
      .sort(),
  ).toEqual(['ok', 'problem']);
  expect(findings.find(({ kind, name }) => kind === 'problem' && name === 'maxmemory-policy')?.found).toBe(
    `127.0.0.1:${odd.port}: volatile-ttl: a full server evicts games`,
  );
});
