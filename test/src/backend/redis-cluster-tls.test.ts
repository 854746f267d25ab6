import { expect, onTestFinished, test, vi } from 'vitest';
import { parseGameId } from '../../../src/game/game.ts';
import { makeCertificates } from '../../setup/certificates.ts';
import type { TestRedis } from '../../setup/redis.ts';
import { appendOn, connectRedis, faultOf, scannedIds } from '../../setup/redis-calls.ts';
import { ask, startCluster } from '../../setup/redis-cluster.ts';
import { moveKeys, moveSlot, openSlot, settleSlot, sidesOf, slotOfGame } from '../../setup/redis-slots.ts';

const ids = Array.from({ length: 30 }, (_, n) => parseGameId(`game ${n}`));
const id = parseGameId('moving');

async function serve(options: Parameters<typeof startCluster>[0]) {
  const cluster = await startCluster(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

const announces = (type: string, ...more: string[]) => ['--cluster-preferred-endpoint-type', type, ...more];

test.each([
  ['by addresses', 'IP:127.0.0.1', '127.0.0.1', []],
  [
    'by names',
    'DNS:localhost',
    'localhost',
    announces('hostname', '--cluster-announce-hostname', 'localhost'),
  ],
  [
    'by none, so that the name that was asked stands for them',
    'DNS:localhost',
    'localhost',
    announces('unknown-endpoint'),
  ],
])(
  'a cluster over TLS whose servers are known %s is played on, also while a slot moves',
  async (_, names, host, args) => {
    const tls = makeCertificates({ names });
    const cluster = await serve({ tls, args });
    const slot = slotOfGame(id);
    const [from, to] = sidesOf(cluster, id);
    const backend = connectRedis(cluster.url.replace('127.0.0.1', host), { caFile: tls.caFile });
    for (const each of [id, ...ids]) await backend.append(each, appendOn(0));
    await openSlot(slot, from, to);
    await moveKeys(slot, from, to);
    expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 });
    await settleSlot(cluster, slot, to);
    expect(await backend.append(id, appendOn(2))).toEqual({ kind: 'committed', revision: 3 });
    expect(await scannedIds(backend)).toEqual([id, ...ids].sort());
    expect((await backend.examine()).find(({ name }) => name === 'cluster')).toMatchObject({ kind: 'ok' });
  },
);

test('appends over TLS go on after a master has died and its replica has taken over', async () => {
  const tls = makeCertificates();
  const cluster = await serve({ tls, replicas: true });
  const backend = connectRedis(cluster.url, { caFile: tls.caFile, operationTimeoutMs: 15_000 });
  for (const each of ids) await backend.append(each, appendOn(0));
  await Promise.all(cluster.masters.map((node) => ask(node, 'WAIT', 1, 5_000)));
  await cluster.masters[1]?.kill();
  // It waits until nothing is missing.
  const census = await vi.waitFor(() => backend.census(), { timeout: 20_000 });
  expect(census.games).toMatchObject([{ count: ids.length }]);
  for (const each of ids) {
    expect(await backend.append(each, appendOn(1))).toEqual({ kind: 'committed', revision: 2 });
  }
});

test('servers that announce addresses which their certificates do not have are named, with what to set', async () => {
  const tls = makeCertificates({ names: 'DNS:localhost' });
  const cluster = await serve({ tls });
  const backend = connectRedis(cluster.url.replace('127.0.0.1', 'localhost'), { caFile: tls.caFile });
  const calls = [backend.ping(), backend.append(id, appendOn(0)), scannedIds(backend), backend.examine()];
  for (const fault of await Promise.all(calls.map(faultOf))) {
    expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: false });
    expect(fault.message).toMatch(
      /^Redis at 127\.0\.0\.1:\d+ has a certificate for another name: it is for DNS:localhost$/,
    );
    expect(fault.next).toContain('cluster-announce-hostname');
  }
});

test.each([
  ['another authority', () => ({ caFile: makeCertificates().caFile })],
  ["the system's authorities only", () => ({})],
])('a cluster with certificates of an authority is not trusted with %s', async (_, options) => {
  const tls = makeCertificates();
  const cluster = await serve({ tls });
  const backend = connectRedis(cluster.url, options());
  const calls = [backend.ping(), backend.append(id, appendOn(0)), scannedIds(backend)];
  for (const fault of await Promise.all(calls.map(faultOf))) {
    expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: false });
    expect(fault.message).toContain('an authority that is not trusted');
    expect(fault.next).toContain('REDIS_CA_FILE');
  }
});

test('a server without the name that it should announce is reached by its address', async () => {
  const tls = makeCertificates({ names: 'IP:127.0.0.1,IP:127.0.0.2' });
  const cluster = await serve({ tls, args: announces('hostname') });
  const [first] = cluster.masters as [TestRedis];
  // The others are not where this one is.
  await ask(first, 'CONFIG', 'SET', 'bind', '127.0.0.1 127.0.0.2');
  const backend = connectRedis(cluster.url.replace('127.0.0.1', '127.0.0.2'), { caFile: tls.caFile });
  for (const each of [id, ...ids]) await backend.append(each, appendOn(0));
  const slot = slotOfGame(id);
  const [from, to] = sidesOf(cluster, id);
  await moveSlot(cluster, slot, from, to);
  expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 });
  expect(await scannedIds(backend)).toEqual([id, ...ids].sort());

  await openSlot(slot, to, from);
  await moveKeys(slot, to, from);
  const fault = await faultOf(backend.append(id, appendOn(2)));
  expect(fault).toMatchObject({ code: 'backend-failed', message: expect.stringContaining('without a name') });
  expect(fault.next).toContain('cluster-announce-hostname');
});
