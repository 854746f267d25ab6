import { expect, test, vi } from 'vitest';
import { scanEncoded } from '../../../src/backend/encoded-scan.ts';
import type { Backend, EncodedRead } from '../../../src/backend/port.ts';
import { type GameAnswer, GameAnswers } from '../../../src/backend/redis/game-answers.ts';
import { decodeRecord } from '../../../src/game/record-codec.ts';
import { makeCertificates } from '../../setup/certificates.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { startRedis74 } from '../../setup/redis-74.ts';
import { connectRedis, serveRedis } from '../../setup/redis-calls.ts';
import { ask } from '../../setup/redis-cluster.ts';
import { startTcpProxy } from '../../setup/tcp-proxy.ts';

const games = Array.from({ length: 300 }, (_, n) => currentRecord(`${n}`, { 's:1': 'x'.repeat(2_000) }));

async function fill(backend: Backend): Promise<void> {
  await Promise.all(games.map((game) => backend.replaceRecord(game, 'absent')));
}

async function scanned(backend: Backend, signal?: AbortSignal): Promise<EncodedRead[]> {
  const reads: EncodedRead[] = [];
  for await (const page of scanEncoded(backend, signal)) {
    for (const read of page)
      reads.push(read.kind === 'record' ? { ...read, bytes: Buffer.from(read.bytes) } : read);
  }
  return reads;
}

const idsOf = (reads: readonly EncodedRead[]) => reads.map(({ key }) => key.id).sort();
const allIds = games.map(({ id }) => id).sort();

test.each([
  ['without encryption', () => undefined],
  ['over TLS', makeCertificates],
])('plain games are read without a script for each, %s', async (_, certificates) => {
  const tls = certificates();
  const server = await serveRedis(tls ? { tls } : {});
  const backend = connectRedis(server.url, tls ? { caFile: tls.caFile } : {});
  await fill(backend);
  await ask(server, 'CONFIG', 'RESETSTAT');
  expect(idsOf(await scanned(backend))).toEqual(allIds);
  const stats = String(await ask(server, 'INFO', 'commandstats'));
  expect(stats).toContain('cmdstat_hgetall:calls=300,');
  expect(stats).not.toMatch(/cmdstat_evalsha:calls=\d{2}/);
});

test('the bytes of a page hold while the next one is read', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  await fill(backend);
  for await (const page of scanEncoded(backend)) {
    // By then the next page has come too.
    for (let turn = 0; turn < 20; turn++) await backend.ping();
    for (const read of page) {
      if (read.kind !== 'record') throw new Error(`It is ${read.kind}`);
      expect(decodeRecord(read.bytes).id).toBe(read.key.id);
    }
  }
});

test('what is no game of a known kind is named, and hides nothing else', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  await fill(backend);
  await ask(server, 'SET', 'gk1:{game:text}', 'x');
  await ask(server, 'RPUSH', 'game:list', 'x');
  await ask(server, 'SET', 'somebody elses game:', 'x');
  const reads = await scanned(backend);
  expect(reads.filter(({ kind }) => kind === 'record')).toHaveLength(games.length);
  const odd = reads.filter((read) => read.kind === 'unreadable');
  expect(odd.map(({ key }) => key.id).sort()).toEqual(['list', 'text']);
  expect(odd.map(({ fault }) => fault.message).join()).toContain('holds a list, not a hash');
});

test('on a server whose fields may expire, each game is asked for that', async () => {
  const server = await serveRedis();
  const backend = connectRedis(`redis://127.0.0.1:${(await startRedis74(server.port)).port}/0`);
  await backend.replaceRecord(currentRecord('a'), 'absent');
  expect(await scanned(backend)).toMatchObject([{ kind: 'record' }]);
  await ask(server, 'HSET', 'times of gk1:{game:a}', 'phase', Date.now() + 3_600_000);
  expect(await scanned(backend)).toMatchObject([{ kind: 'unreadable', key: { id: 'a' } }]);
});

test('a connection that is cut in the middle costs no game', async () => {
  const server = await serveRedis();
  await fill(connectRedis(server.url));
  const proxy = await startTcpProxy(server.port);
  const backend = connectRedis(`redis://127.0.0.1:${proxy.port}/0`, { operationTimeoutMs: 5_000 });
  const pages = scanEncoded(backend)[Symbol.asyncIterator]();
  const reads = [...((await pages.next()).value ?? [])];
  const whole = reads.length;
  // The keys have been listed by now; what is cut is an answer with games.
  proxy.cutAfter(20_000);
  for (let page = await pages.next(); !page.done; page = await pages.next()) reads.push(...page.value);
  expect(whole).toBeLessThan(games.length);
  expect([...new Set(idsOf(reads))].sort()).toEqual(allIds);
  expect(reads.every(({ kind }) => kind === 'record')).toBe(true);
});

test('a server that is gone fails the scan', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  await fill(backend);
  const pages = scanEncoded(backend)[Symbol.asyncIterator]();
  await pages.next();
  await server.kill();
  const rest = async () => {
    while (!(await pages.next()).done);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'backend-unreachable' });
});

test('an interruption ends the scan and its connections', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  await fill(backend);
  await backend.ping();
  const clients = async () =>
    String(await ask(server, 'CLIENT', 'LIST'))
      .split('\n')
      .filter((line) => line.includes('name=gamekeeper'));
  const before = (await clients()).length;
  const aborted = new AbortController();
  const pages = scanEncoded(backend, aborted.signal)[Symbol.asyncIterator]();
  await pages.next();
  expect((await clients()).length).toBeGreaterThan(before);
  aborted.abort();
  const rest = async () => {
    while (!(await pages.next()).done);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'interrupted' });
  await vi.waitFor(async () => expect((await clients()).length).toBeLessThanOrEqual(before + 1));
});

test('while games are written, each is read as it was at one moment', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  const at = (n: number) => 4_000_000_000_000 + n;
  // A game whose fields and time of deletion always say the same.
  const write = (id: number, n: number) =>
    ask(
      server,
      'EVAL',
      "redis.call('HSET', KEYS[1], 'rev', ARGV[1], 'n', ARGV[1]); redis.call('PEXPIREAT', KEYS[1], ARGV[2])",
      '1',
      `gk1:{game:${id}}`,
      n,
      at(n),
    );
  for (let id = 0; id < 50; id++) await write(id, 1);
  let isScanning = true;
  const writing = (async () => {
    for (let n = 2; isScanning; n++) await Promise.all(Array.from({ length: 50 }, (_, id) => write(id, n)));
  })();
  for (let round = 0; round < 20; round++) {
    for (const read of await scanned(backend)) {
      if (read.kind !== 'record') throw new Error(`It is ${read.kind}`);
      const { revision = 0, expiresAtMs } = decodeRecord(read.bytes);
      expect(expiresAtMs).toBe(at(revision));
    }
  }
  isScanning = false;
  await writing;
});

test.each<[string, string, GameAnswer['kind']]>([
  ['a game', ':-1\r\n*2\r\n$1\r\na\r\n$0\r\n\r\n:-1\r\n', 'fields'],
  ['a game that is gone', ':-2\r\n*0\r\n:-2\r\n', 'absent'],
  ['a game that went meanwhile', ':-1\r\n*0\r\n:-2\r\n', 'unclear'],
  ['one whose time of deletion changed', ':5\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n:6\r\n', 'unclear'],
  ['another type', ':-1\r\n-WRONGTYPE Operation\r\n:-1\r\n', 'unclear'],
  ['a slot that moved', '-MOVED 1 h:1\r\n-MOVED 1 h:1\r\n-MOVED 1 h:1\r\n', 'unclear'],
  ['a command that is not allowed', '-NOPERM no\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n-NOPERM no\r\n', 'unclear'],
])('%s is seen as such, wherever its answer is cut', (_, answer, kind) => {
  const bytes = Buffer.from(`xx${answer}:7\r\n`, 'latin1');
  const end = bytes.length - 4;
  for (let cut = 2; cut < end; cut++) {
    const taken: GameAnswer[] = [];
    const answers = new GameAnswers((taking) => taken.push(taking));
    expect(answers.take(bytes, 2, cut)).toBe(-1);
    expect(answers.take(bytes, 2, bytes.length)).toBe(end);
    expect(taken.map((each) => each.kind)).toEqual([kind]);
  }
});

test('a rough census of few games is exact, and of many about right', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  await fill(backend);
  const exact = [{ layout: 'current', phase: 'TURN', count: 300 }];
  expect((await backend.roughCensus?.())?.games).toEqual(exact);
  const keys = "for n = 1, 20000 do redis.call('SET', 'other:' .. n, 'x') end";
  await ask(server, 'EVAL', keys, '0');
  const [row] = (await backend.roughCensus?.())?.games ?? [];
  expect(row?.count).toBeGreaterThan(100);
  expect(row?.count).toBeLessThan(600);
  expect((await backend.census()).games).toEqual(exact);
});
