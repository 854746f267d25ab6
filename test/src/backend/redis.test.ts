import { createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Backend } from '../../../src/backend/port.ts';
import { scanKeys } from '../../../src/backend/redis/scan.ts';
import { Fault } from '../../../src/base/fault.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const id = parseGameId('a');
const append = { expectedRevision: 0, phase: 'TURN', atMs: 1, event: Buffer.from('x') } as const;

type Start = Parameters<typeof startRedis>[0];

async function serve(options?: Start): Promise<TestRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

function open(url: string, operationTimeoutMs = 5_000): Backend {
  const backend = openTestRedis(url, { operationTimeoutMs });
  onTestFinished(() => backend.close());
  return backend;
}

async function rawOf({ url }: TestRedis): Promise<Redis> {
  const raw = new Redis(url);
  onTestFinished(() => raw.disconnect());
  return raw;
}

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const thrown = await call.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (thrown instanceof Fault) return thrown;
  throw new Error(`Expected a Fault, got ${inspect(thrown)}`);
}

describe('appends that are asked for at one moment', () => {
  const games = Array.from({ length: 21 }, (_, index) => parseGameId(`g${index}`));

  test('share calls, and each is done', async () => {
    const server = await serve();
    const backend = open(server.url);
    await backend.ping();
    const answers = await Promise.all(games.map((game) => backend.append(game, append)));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['committed']));
    const raw = await rawOf(server);
    expect(await raw.dbsize()).toBe(games.length);
    const [, calls] = /cmdstat_evalsha:calls=(\d+)/.exec(await raw.info('commandstats')) ?? [];
    expect(Number(calls)).toBeLessThanOrEqual(4);
  });

  test('fail each on its own, and of two for one game the first wins', async () => {
    const server = await serve();
    await (await rawOf(server)).set('gk1:{game:g2}', 'no hash');
    const backend = open(server.url);
    const asked = [...games.slice(0, 4), ...games.slice(3, 5)];
    const answers = await Promise.allSettled(asked.map((game) => backend.append(game, append)));
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : 'failed'))).toEqual([
      ...['committed', 'committed', 'failed', 'committed'],
      ...['conflict', 'committed'],
    ]);
    expect(answers[2]).toMatchObject({ reason: { message: expect.stringContaining('WRONGTYPE') } });
  });
});

describe('a Redis that cannot be used', () => {
  test('is unreachable when nobody listens, and may be tried again', async () => {
    const server = await startRedis();
    await server.stop();
    const fault = await faultOf(open(server.url).ping());
    expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: true });
    expect(fault.message).toContain(`127.0.0.1:${server.port}`);
    expect(fault.next).toContain('REDIS_URL');
  });

  test('is not tried again before a pause is over, which grows', async () => {
    let attempts = 0;
    const server = createServer((socket) => {
      attempts++;
      socket.on('error', () => {}).destroy();
    });
    const clock = virtualClock();
    const url = await listen(server);
    const backend = openTestRedis(url, { clock });
    onTestFinished(() => backend.close());
    const failTwice = async () => {
      await faultOf(backend.ping());
      await faultOf(backend.ping());
      return attempts;
    };
    expect(await failTwice()).toBe(1);
    clock.advance(50);
    expect(await failTwice()).toBe(2);
    clock.advance(50);
    expect(await failTwice()).toBe(2);
    clock.advance(50);
    expect(await failTwice()).toBe(3);
  });

  test('gives the same reason each time that it is tried', async () => {
    const server = await startRedis();
    await server.stop();
    const clock = virtualClock();
    const backend = openTestRedis(server.url, { clock });
    onTestFinished(() => backend.close());
    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await faultOf(backend.ping())).message).toContain('ECONNREFUSED');
      clock.advance(60_000);
    }
  });

  test('is unreachable when its name is unknown', async () => {
    const fault = await faultOf(open('redis://no-such-host.invalid:6379/0').ping());
    expect(fault).toMatchObject({ code: 'backend-unreachable' });
    expect(fault.message).toContain('no-such-host.invalid');
  });

  test('is unreachable when it accepts but does not answer', async () => {
    const silent = await listen(createServer((socket) => void socket.on('error', () => {})));
    const fault = await faultOf(open(silent, 200).ping());
    expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: true });
    expect(fault.message).toContain('in time');
  });

  test('is given up after the connection timeout, however long an operation may take', async () => {
    const silent = await listen(createServer((socket) => void socket.on('error', () => {})));
    const backend = openTestRedis(silent, { connectTimeoutMs: 100, operationTimeoutMs: 60_000 });
    onTestFinished(() => backend.close());
    const fault = await faultOf(backend.ping());
    expect(fault).toMatchObject({ code: 'backend-unreachable', message: expect.stringContaining('100 ms') });
  });

  test('is unreachable when something else answers there', async () => {
    const other = await listen(
      createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad\r\n')),
    );
    expect(await faultOf(open(other, 500).ping())).toMatchObject({ code: 'backend-unreachable' });
  });

  test.each([
    ['a wrong password', 'redis://:wrong%40secret@'],
    ['no password', 'redis://'],
    ['an unknown user', 'redis://nobody:wrong%40secret@'],
  ])('denies %s', async (_, start) => {
    const server = await serve({ password: 'right' });
    const fault = await faultOf(open(`${start}127.0.0.1:${server.port}/0`).ping());
    expect(fault).toMatchObject({ code: 'backend-denied', retryable: false });
  });

  test('denies what the ACL does not permit, and still answers what it does', async () => {
    const server = await serve({ user: 'reader on >secret ~* +@read +@connection +@scripting' });
    const backend = open(`redis://reader:secret@127.0.0.1:${server.port}/0`);
    expect(await backend.read(id)).toBeUndefined();
    expect(await faultOf(backend.append(id, append))).toMatchObject({ code: 'backend-denied' });
    expect(await faultOf(backend.replaceRecord(currentRecord('a'), 'absent'))).toMatchObject({
      code: 'backend-denied',
    });
  });

  test('counts games for a user without INFO, and leaves out what it is not told', async () => {
    const server = await serve({ user: 'careful on >secret ~* +@all -@dangerous', maxmemory: '100mb' });
    await open(server.url).append(id, append);
    const printed = vi.spyOn(console, 'warn');
    onTestFinished(() => printed.mockRestore());
    const careful = open(`redis://careful:secret@127.0.0.1:${server.port}/0`);
    expect(await careful.census()).toMatchObject({
      games: [{ phase: 'TURN', count: 1 }],
      usedBytes: {},
      limitBytes: undefined,
    });
    expect(printed).not.toHaveBeenCalled();
  });

  test('is used by one who may neither ask how it is nor PING it', async () => {
    const server = await serve({ user: 'mute on >secret ~* +@read +@scripting' });
    const backend = open(`redis://mute:secret@127.0.0.1:${server.port}/0`);
    expect(await backend.read(id)).toBeUndefined();
  });

  test('is unreachable while it loads its data, and may be tried again', async () => {
    const loading = await listen(
      createServer((socket) =>
        socket
          .on('error', () => {})
          .on('data', (asked) => {
            const commands = String(asked).match(/^\*\d/gm) ?? [];
            socket.write('-LOADING Redis is loading the dataset in memory\r\n'.repeat(commands.length));
          }),
      ),
    );
    const fault = await faultOf(open(loading).read(id));
    expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: true });
    expect(fault.message).toContain('still loading');
  });

  test('does no half of a step for a user who may do only half of it', async () => {
    const server = await serve({ user: 'half on >secret ~* +@all -hdel' });
    const old = currentRecord('a', { note: 'old' });
    await open(server.url).replaceRecord(old, 'absent');
    const half = open(`redis://half:secret@127.0.0.1:${server.port}/0`);
    const fault = await faultOf(half.replaceRecord(currentRecord('a', { rev: '2' }), recordDigest(old)));
    expect(fault).toMatchObject({ code: 'backend-denied', message: expect.stringContaining('HDEL') });
    expect(await half.removeRecord(old, recordDigest(old))).toEqual({ kind: 'written' });
  });

  test('is not used under another database than the one that was asked for', async () => {
    const server = await serve();
    const backend = open(`redis://127.0.0.1:${server.port}/99`);
    expect(await faultOf(backend.append(id, append))).toMatchObject({ code: 'backend-failed' });
    expect(await (await rawOf(server)).dbsize()).toBe(0);
  });

  test('is still read and cleared when it is out of memory, and refuses to write', async () => {
    const server = await serve();
    const backend = open(server.url);
    await backend.append(id, append);
    await (await rawOf(server)).config('SET', 'maxmemory', '100kb');

    const writes = [
      backend.append(id, { ...append, expectedRevision: 1 }),
      backend.replaceRecord(currentRecord('b'), 'absent'),
    ];
    for (const fault of await Promise.all(writes.map(faultOf))) {
      expect(fault).toMatchObject({ code: 'backend-failed', next: expect.stringContaining('maxmemory') });
    }
    const [read] = await backend.readRecords([{ id, layout: 'current' }]);
    if (read?.kind !== 'record') throw new Error(`Expected a record, got ${read?.kind}`);
    expect(await backend.removeRecord(read.record, recordDigest(read.record))).toEqual({ kind: 'written' });
    expect(await scanned(backend)).toEqual([]);
  });

  test('keeps the old game whole when it is too full for the new one', async () => {
    const server = await serve();
    const backend = open(server.url);
    const old = currentRecord('a', { note: 'old' });
    await backend.replaceRecord(old, 'absent');
    await (await rawOf(server)).config('SET', 'maxmemory', '100kb');
    await faultOf(backend.replaceRecord(currentRecord('a'), recordDigest(old)));
    expect(await backend.readRecords([old])).toMatchObject([
      { record: { parts: { length: old.parts.length } } },
    ]);
  });

  test('keeps its password out of everything that can be shown', async () => {
    const server = await serve({ password: 'right' });
    const backend = open(`redis://admin:s3cr3t@127.0.0.1:${server.port}/0`);
    const fault = await faultOf(backend.ping());
    expect(inspect([backend.location, fault, fault.next], { depth: 10, showHidden: true })).not.toContain(
      's3cr3t',
    );
    expect(backend.location).toBe(`redis://admin@127.0.0.1:${server.port}/0`);
  });
});

describe('a Redis that goes away and comes back', () => {
  test('fails calls at once while it is away, and serves them again afterwards', async () => {
    const server = await serve();
    const backend = open(server.url);
    await backend.append(id, append);
    await server.kill();
    expect(await faultOf(backend.read(id))).toMatchObject({ code: 'backend-unreachable' });
    const startMs = performance.now();
    const faults = await Promise.all(Array.from({ length: 1_000 }, () => faultOf(backend.ping())));
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['backend-unreachable']));
    expect(performance.now() - startMs).toBeLessThan(2_000);

    await server.restart();
    await expect.poll(() => backend.ping().then(() => 'answers', String), { timeout: 5_000 }).toBe('answers');
    expect(await backend.append(id, append)).toEqual({ kind: 'committed', revision: 1 });
  });

  test('fails the calls that wait for an answer when it dies', async () => {
    const server = await serve();
    const backend = open(server.url);
    await backend.ping();
    const raw = await rawOf(server);
    raw.on('error', () => {});
    // Nothing is answered any more, so the call is certain to be waiting.
    await raw.call('CLIENT', 'PAUSE', '60000', 'ALL');
    const waiting = faultOf(backend.append(id, append));
    await server.kill();
    expect(await waiting).toMatchObject({ code: 'backend-unreachable', retryable: true });
  });

  test('does not hold up a call for longer than its timeout', async () => {
    const server = await serve();
    const backend = open(server.url, 300);
    await backend.ping();
    await (await rawOf(server)).call('CLIENT', 'PAUSE', '60000', 'ALL');
    expect(await faultOf(backend.replaceRecord(currentRecord('a'), 'absent'))).toMatchObject({
      code: 'backend-unreachable',
    });
  });
});

describe('keys of Redis', () => {
  test('that hold something else than a game are named, not skipped', async () => {
    const server = await serve();
    const raw = await rawOf(server);
    await raw.set('game:text', 'x');
    await raw.rpush('gk1:{game:list}', 'x');
    const backend = open(server.url);
    const keys = await scanned(backend);
    const reads = await backend.readRecords(keys);
    expect(reads.map((read) => (read.kind === 'unreadable' ? read.fault.message : read.kind)).sort()).toEqual(
      ['The key game:text holds a string, not a hash', 'The key gk1:{game:list} holds a list, not a hash'],
    );
    expect((await backend.census()).games.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    await expect(backend.read(parseGameId('list'))).rejects.toMatchObject({ code: 'record-unreadable' });
    await expect(backend.append(parseGameId('list'), append)).rejects.toMatchObject({
      code: 'backend-failed',
    });
    expect(await backend.replaceRecord(currentRecord('list'), 'absent')).toEqual({ kind: 'changed' });
  });

  test('that are not UTF-8 are unreadable, each by a name of its own', async () => {
    const server = await serve();
    const raw = await rawOf(server);
    for (const last of [0xfe, 0xff]) {
      await raw.hset(Buffer.concat([Buffer.from('game:é'), Buffer.of(last)]), 'phase', 'TURN');
    }
    const backend = open(server.url);
    const keys = await scanned(backend);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(2);
    for (const read of await backend.readRecords(keys)) {
      expect(read).toMatchObject({ kind: 'unreadable', fault: { code: 'record-unreadable' } });
    }
    const [key] = keys;
    if (!key) throw new Error('Nothing was scanned');
    await expect(backend.removeRecord(key, 'digest')).rejects.toMatchObject({ code: 'record-unreadable' });
    expect(await raw.dbsize()).toBe(2);
  });

  test('of others are left out', async () => {
    const server = await serve();
    const raw = await rawOf(server);
    for (const key of ['lobby:1', 'mygame:1', 'gk1:{game:open', 'gk2:{game:x}']) {
      await raw.hset(key, 'phase', 'TURN');
    }
    expect(await scanned(open(server.url))).toEqual([]);
  });
});

test('a key that SCAN repeats comes once', async () => {
  const answers = [['game:a', 'game:b'], [], ['game:b', 'gk1:{game:a}']];
  async function* keys() {
    for (const page of answers) yield page.map((key) => Buffer.from(key));
  }
  const pages = scanKeys({ keys, prefix: '' }, undefined);
  const found: string[] = [];
  for await (const page of pages) found.push(...page.map(({ key }) => key.toString()));
  expect(found).toEqual(['game:a', 'game:b', 'gk1:{game:a}']);
});

test('a census of Redis says what limit it has, or that it has none', async () => {
  expect((await open((await serve({ maxmemory: '100mb' })).url).census()).limitBytes).toBe(100 * 1024 * 1024);
  expect((await open((await serve()).url).census()).limitBytes).toBeUndefined();
});

async function scanned(backend: Backend) {
  const pages = [];
  for await (const page of backend.scan()) pages.push(...page);
  return pages;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return `redis://127.0.0.1:${address.port}/0`;
}
