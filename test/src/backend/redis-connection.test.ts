import { describe, expect, test, vi } from 'vitest';
import type { BackendListener } from '../../../src/backend/port.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { appendOn, connectRedis, faultOf, serveRedis } from '../../setup/redis-calls.ts';
import { ask } from '../../setup/redis-cluster.ts';
import { startTcpProxy } from '../../setup/tcp-proxy.ts';

const id = parseGameId('a');
const at = (port: number) => `redis://127.0.0.1:${port}/0`;

function listen() {
  const heard: string[] = [];
  const listener: BackendListener = {
    connection: ({ state, server, fault }) =>
      void heard.push(`${state} ${server}${fault ? ` ${fault.code}` : ''}`),
  };
  return { heard, listener };
}

describe('a connection to Redis', () => {
  test('that is cut in the middle of a reply leaves the append unknown, and never sends it again', async () => {
    const server = await serveRedis();
    const proxy = await startTcpProxy(server.port);
    const backend = connectRedis(at(proxy.port));
    await backend.ping();
    proxy.cutAfter(5);
    expect(await faultOf(backend.append(id, appendOn(0)))).toMatchObject({
      code: 'backend-unreachable',
      retryable: true,
    });
    expect(await backend.read(id)).toMatchObject({ revision: 1, events: { length: 1 } });
    expect(await backend.append(id, appendOn(0))).toMatchObject({ kind: 'conflict', actual: 1 });
  });

  test('is told as lost once and as regained once, however many calls notice', async () => {
    const server = await serveRedis();
    const { heard, listener } = listen();
    const backend = connectRedis(server.url, { listener });
    await backend.ping();
    await ask(server, 'CLIENT', 'PAUSE', 60_000, 'ALL');
    const waiting = Array.from({ length: 200 }, () => faultOf(backend.ping()));
    await server.kill();
    await Promise.all(waiting);
    await Promise.all(Array.from({ length: 50 }, () => faultOf(backend.ping())));
    expect(heard).toEqual([`lost 127.0.0.1:${server.port} backend-unreachable`]);

    await server.restart();
    await vi.waitFor(() => backend.ping(), { timeout: 5_000 });
    await backend.ping();
    expect(heard).toEqual([
      `lost 127.0.0.1:${server.port} backend-unreachable`,
      `regained 127.0.0.1:${server.port}`,
    ]);
  });

  test('to a server that has another password since is told as such, until it has the old one again', async () => {
    const server = await serveRedis({ password: 'one' });
    const { heard, listener } = listen();
    const backend = connectRedis(server.url, { listener });
    await backend.ping();
    const changed = { ...server, url: server.url.replace('one', 'two') };
    await ask(server, 'CONFIG', 'SET', 'requirepass', 'two');
    await ask(changed, 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const fault = await vi.waitFor(async () => {
      const found = await faultOf(backend.ping());
      expect(found).toMatchObject({ code: 'backend-denied', retryable: false });
      return found;
    });
    expect(fault.message).toMatch(
      /refused the password: WRONGPASS invalid username-password pair or user is disabled$/,
    );
    expect(fault.next).toContain('password in REDIS_URL');
    await ask(changed, 'CONFIG', 'SET', 'requirepass', 'one');
    await vi.waitFor(() => backend.ping(), { timeout: 5_000 });
    const name = `127.0.0.1:${server.port}`;
    // Before that it may have noticed the end of a connection.
    expect(heard.slice(-2)).toEqual([`lost ${name} backend-denied`, `regained ${name}`]);
  });

  test('that the server ends while nobody uses it is opened again without a word', async () => {
    const server = await serveRedis();
    const { heard, listener } = listen();
    const backend = connectRedis(server.url, { listener });
    await backend.ping();
    await ask(server, 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    // What the server has ended has reached this process before the answers to what it was asked later.
    await ask(server, 'PING');
    await backend.ping();
    await backend.close();
    expect(heard).toEqual([]);
  });

  test('says clearly that a database does not exist', async () => {
    const server = await serveRedis();
    const fault = await faultOf(connectRedis(`redis://127.0.0.1:${server.port}/99`).ping());
    expect(fault).toMatchObject({ code: 'backend-failed', retryable: false });
    expect(fault.message).toMatch(/has no such database: ERR DB index is out of range/);
    expect(fault.next).toContain('REDIS_URL');
  });

  test.each([
    ['sentinel', '/main/0', /is no sentinel: ERR unknown command/],
    ['cluster', '', /is no cluster: ERR This instance has cluster support disabled/],
  ])('to one server as a %s names what it is not, and what to write instead', async (kind, rest, message) => {
    const server = await serveRedis();
    const fault = await faultOf(connectRedis(`redis+${kind}://127.0.0.1:${server.port}${rest}`).ping());
    expect(fault.message).toMatch(message);
    expect(fault.next).toContain('redis://');
  });

  test('survives a server that hangs: calls end in time, and go on when it does', async () => {
    const server = await serveRedis();
    const backend = connectRedis(server.url, { operationTimeoutMs: 300, connectTimeoutMs: 300 });
    await backend.append(id, appendOn(0));
    server.pause();
    const faults = await Promise.all(Array.from({ length: 20 }, () => faultOf(backend.read(id))));
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['backend-unreachable']));
    server.resume();
    await vi.waitFor(() => backend.ping(), { timeout: 5_000 });
    expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 });
  });
});

test('a replica is read as such, refuses writes, and nothing changes', async () => {
  const master = await serveRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  const replica = await serveRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
  await connectRedis(master.url).append(id, appendOn(0));
  const backend = connectRedis(replica.url, { readFrom: 'replica' });
  expect(backend.readsFrom).toBe('replica');
  await vi.waitFor(async () => expect(await backend.read(id)).toMatchObject({ revision: 1 }), {
    timeout: 10_000,
  });
  const [read] = await backend.readRecords([{ id, layout: 'current' }]);
  if (read?.kind !== 'record') throw new Error('The game was not read');
  const writes = [
    backend.append(id, appendOn(1)),
    backend.removeRecord(read.record, recordDigest(read.record)),
  ];
  for (const fault of await Promise.all(writes.map(faultOf))) {
    expect(fault).toMatchObject({ code: 'backend-denied', retryable: false });
    expect(fault.message).toContain('takes no writes');
  }
  expect(await backend.read(id)).toMatchObject({ revision: 1 });
});

describe('the connections to one server', () => {
  test('are one for calls that come one by one', async () => {
    const proxy = await startTcpProxy((await serveRedis()).port);
    const backend = connectRedis(at(proxy.port));
    for (let revision = 0; revision < 20; revision++) await backend.append(id, appendOn(revision));
    await backend.census();
    expect(proxy.opened).toBe(1);
  });

  test('grow with the calls under way, up to their bound, and no call is lost', async () => {
    const proxy = await startTcpProxy((await serveRedis()).port);
    const backend = connectRedis(at(proxy.port), { poolSize: 3 });
    const games = Array.from({ length: 1_000 }, (_, n) => parseGameId(`game ${n}`));
    const answers = await Promise.all(games.map((game) => backend.append(game, appendOn(0))));
    expect(answers.every(({ kind }) => kind === 'committed')).toBe(true);
    expect(proxy.opened).toBe(3);
  });

  test('go again once load is over and they have idled, but for five', async () => {
    const server = await serveRedis();
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const backend = connectRedis(server.url, { poolSize: 7, clock });
    const open = async () =>
      (String(await ask(server, 'CLIENT', 'LIST')).match(/name=gamekeeper/g) ?? []).length;
    await Promise.all(
      Array.from({ length: 900 }, (_, n) => backend.append(parseGameId(`${n}`), appendOn(0))),
    );
    expect(await open()).toBe(7);
    await backend.ping();
    expect(await open()).toBe(7);
    aheadMs = 60_000;
    await backend.ping();
    await vi.waitFor(async () => expect(await open()).toBe(5));
  });

  test('keep a transition from waiting behind many games that are read', async () => {
    const proxy = await startTcpProxy((await serveRedis()).port);
    const backend = connectRedis(at(proxy.port));
    await backend.append(id, appendOn(0));
    const reading = backend.readRecords(
      Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, layout: 'current' })),
    );
    const appended = backend.append(id, appendOn(1));
    await Promise.all([reading, appended]);
    expect(proxy.opened).toBe(2);
  });
});
