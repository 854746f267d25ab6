import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Backend } from '../../../src/backend/port.ts';
import { keyOf } from '../../../src/backend/redis/keys.ts';
import { slotOf } from '../../../src/backend/redis/slots.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import type { TestRedis } from '../../setup/redis.ts';
import { appendOn, connectRedis, faultOf, scannedIds } from '../../setup/redis-calls.ts';
import { ask, startCluster, type TestCluster, until } from '../../setup/redis-cluster.ts';
import { moveKeys, moveSlot, openSlot, settleSlot, sidesOf, slotOfGame } from '../../setup/redis-slots.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  for (const master of cluster.masters) await ask(master, 'FLUSHALL');
});

const master = (n: number): TestRedis => {
  const found = cluster.masters[n];
  if (!found) throw new Error(`There is no master ${n}`);
  return found;
};
const use = (more = {}): Backend => connectRedis(cluster.url, more);

test('slots are counted as the servers count them', async () => {
  for (const key of [
    '',
    'a',
    'game:a',
    'gk1:{game:a}',
    'gk1:{game:a}b}',
    '{}a',
    'a{b',
    '{{a}}',
    'gk1:{game:{x}}',
    'ü{ö}',
  ]) {
    expect(slotOf(key), key).toBe(await ask(master(0), 'CLUSTER', 'KEYSLOT', key));
  }
});

test('games are spread over all masters, each whole on one, and counted together', async () => {
  const backend = use();
  const ids = Array.from({ length: 60 }, (_, n) => `game ${n}`);
  for (const id of ids) {
    await backend.append(parseGameId(id), appendOn(0));
    await backend.append(parseGameId(id), appendOn(1));
  }
  const sizes = await Promise.all(cluster.masters.map((node) => ask(node, 'DBSIZE')));
  expect(sizes.map(Number).reduce((sum, size) => sum + size)).toBe(60);
  expect(Math.min(...sizes.map(Number))).toBeGreaterThan(0);
  expect(await scannedIds(backend)).toEqual(ids.sort());
  expect((await backend.census()).games).toMatchObject([{ count: 60 }]);
});

test.each(['a{b}c', '}{', '{x}'])('both layouts of a game whose id is %s are found', async (id) => {
  const backend = use();
  const records = [currentRecord(id), legacyRecord(id)];
  for (const record of records) await backend.replaceRecord(record, 'absent');
  expect(await scannedIds(backend)).toEqual([id, id]);
  expect(await backend.readRecords(records)).toMatchObject([{ kind: 'record' }, { kind: 'record' }]);
  for (const record of records) {
    expect(await backend.removeRecord(record, recordDigest(record))).toEqual({ kind: 'written' });
  }
});

test('games go on while their slot moves, key by key, and afterwards', async () => {
  const id = parseGameId('moving');
  const slot = slotOfGame(id);
  const [from, to] = sidesOf(cluster, id);
  const backend = use();
  await backend.append(id, appendOn(0));
  await openSlot(slot, from, to);
  expect(await backend.append(id, appendOn(1))).toMatchObject({ revision: 2 });
  await moveKeys(slot, from, to);
  // Its old server says: ask there. A script that the other has seen refused is not taken for known there.
  for (let revision = 2; revision < 5; revision++) {
    expect(await backend.append(id, appendOn(revision))).toMatchObject({ revision: revision + 1 });
  }
  await settleSlot(cluster, slot, to);
  expect(await backend.append(id, appendOn(5))).toMatchObject({ revision: 6 });
  expect((await backend.read(id))?.events).toHaveLength(6);
  await moveSlot(cluster, slot, to, from);
  expect(await backend.append(id, appendOn(6))).toMatchObject({ revision: 7 });
  expect(await ask(from, 'EXISTS', keyOf({ id, layout: 'current' }, ''))).toBe(1);
});

test('a server that has forgotten all scripts is taught them, also by an append that was sent on to it', async () => {
  const id = parseGameId('moving');
  const slot = slotOfGame(id);
  const [from, to] = sidesOf(cluster, id);
  const backend = use();
  await backend.append(id, appendOn(0));
  await openSlot(slot, from, to);
  await moveKeys(slot, from, to);
  await backend.append(id, appendOn(1));
  for (const node of cluster.masters) await ask(node, 'SCRIPT', 'FLUSH');
  expect(await backend.append(id, appendOn(2))).toMatchObject({ revision: 3 });
  await settleSlot(cluster, slot, to);
  await moveSlot(cluster, slot, to, from);
});

test('an append waits while its servers send it back and forth, and is carried out once they agree', async () => {
  const id = parseGameId('moving');
  const slot = slotOfGame(id);
  const [from, to] = sidesOf(cluster, id);
  const owner = await ask(to, 'CLUSTER', 'MYID');
  // Each believes that the other has it.
  await ask(from, 'CLUSTER', 'SETSLOT', slot, 'NODE', String(owner));
  const pausesMs: number[] = [];
  const sleep = async (ms: number) => {
    if (pausesMs.push(ms) === 3) await settleSlot(cluster, slot, to);
  };
  const backend = use({ clock: { ...systemClock, sleep } });
  expect(await backend.append(id, appendOn(0))).toEqual({ kind: 'committed', revision: 1 });
  expect(pausesMs).toEqual([20, 40, 80]);
  expect((await backend.read(id))?.events).toHaveLength(1);
  await moveSlot(cluster, slot, to, from);
});

test('servers that never agree who has a slot are told so, and nothing is written', async () => {
  const id = parseGameId('moving');
  const slot = slotOfGame(id);
  const [from, to] = sidesOf(cluster, id);
  await ask(from, 'CLUSTER', 'SETSLOT', slot, 'NODE', String(await ask(to, 'CLUSTER', 'MYID')));
  const fault = await faultOf(
    use({ clock: { ...systemClock, sleep: async () => {} } }).append(id, appendOn(0)),
  );
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: true });
  expect(fault.message).toContain(`do not agree who has slot ${slot}`);
  await settleSlot(cluster, slot, from);
  expect(await use().read(id)).toBeUndefined();
});

test('a scan finds every game once while slots move from servers it has yet to read to those it has read', async () => {
  const ids = Array.from({ length: 300 }, (_, n) => `game ${n}`);
  const backend = use();
  await Promise.all(ids.map((id) => backend.append(parseGameId(id), appendOn(0))));
  const moved = ids.filter((id) => slotOfGame(id) > 11_000).slice(0, 8);
  const seen: string[] = [];
  let pages = 0;
  for await (const page of backend.scan()) {
    seen.push(...page.map(({ id }) => id));
    // The first master has been read: what goes there now would not be seen.
    if (pages++ > 0) continue;
    for (const id of moved) await moveSlot(cluster, slotOfGame(id), master(2), master(0));
  }
  expect(seen.sort()).toEqual(ids.sort());
  for (const id of moved) await moveSlot(cluster, slotOfGame(id), master(0), master(2));
});

test('a scan finds games that leave for a server that was read before, by a slot that stays open all the while', async () => {
  // What is before its closing brace decides, so all are in one slot: one of the last master's.
  const tag = Array.from({ length: 100 }, (_, n) => `x${n}`).find((each) => slotOfGame(each) > 11_000);
  const ids = Array.from({ length: 40 }, (_, n) => `${tag}}${n}`);
  const backend = use();
  for (const id of [...ids, ...Array.from({ length: 30 }, (_, n) => `other ${n}`)]) {
    await backend.append(parseGameId(id), appendOn(0));
  }
  const slot = slotOfGame(`${tag}`);
  const [from, to] = [master(2), master(0)];
  await openSlot(slot, from, to);
  const seen: string[] = [];
  for await (const page of backend.scan()) {
    if (seen.length === 0) await moveKeys(slot, from, to, 15);
    seen.push(...page.map(({ id }) => id));
  }
  expect(seen.filter((id) => ids.includes(id)).sort()).toEqual(ids.sort());
  expect((await backend.census()).games).toMatchObject([{ count: 70 }]);
  await moveKeys(slot, from, to);
  await settleSlot(cluster, slot, to);
  await moveSlot(cluster, slot, to, from);
});

test('an append whose connection breaks is not sent again by the client', async () => {
  const id = parseGameId('a');
  const backend = use();
  await backend.append(id, appendOn(0));
  const [owner] = sidesOf(cluster, id);
  await ask(owner, 'CLIENT', 'PAUSE', 60_000, 'WRITE');
  const waiting = faultOf(backend.append(id, appendOn(1)));
  await until(async () => /blocked_clients:1/.test(String(await ask(owner, 'INFO', 'clients'))));
  await ask(owner, 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  expect(await waiting).toMatchObject({ code: 'backend-unreachable', retryable: true });
  await ask(owner, 'CLIENT', 'UNPAUSE');
  // It was never carried out, and would have been if it had come twice.
  expect(await backend.read(id)).toMatchObject({ revision: 1 });
});

test('the rights that the README names are enough, also while a slot moves', async () => {
  const rights =
    '+@read +@write +@scripting +ping +asking +readonly +cluster|slots +cluster|nodes +cluster|getkeysinslot';
  for (const node of cluster.masters) {
    await ask(node, 'ACL', 'SETUSER', 'least', 'on', '>pw', '~*', ...rights.split(' '));
  }
  onTestFinished(async () => {
    for (const node of cluster.masters) await ask(node, 'ACL', 'DELUSER', 'least');
  });
  const id = parseGameId('moving');
  const slot = slotOfGame(id);
  const [from, to] = sidesOf(cluster, id);
  const backend = connectRedis(cluster.url.replace('//', '//least:pw@'));
  await backend.append(id, appendOn(0));
  await openSlot(slot, from, to);
  await moveKeys(slot, from, to);
  expect(await backend.append(id, appendOn(1))).toMatchObject({ revision: 2 });
  expect(await scannedIds(backend)).toEqual(['moving']);
  expect((await backend.census()).games).toMatchObject([{ count: 1 }]);
  const findings = await backend.examine();
  expect(findings.filter(({ kind }) => kind !== 'ok').map(({ found }) => found)).toEqual([
    'this user may not run CLUSTER INFO',
    'this user may not run INFO',
  ]);
  await settleSlot(cluster, slot, to);
  await moveSlot(cluster, slot, to, from);
});

test('a user of a cluster without its commands is told which it lacks', async () => {
  for (const node of cluster.masters)
    await ask(node, 'ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@read', '+@scripting');
  onTestFinished(async () => {
    for (const node of cluster.masters) await ask(node, 'ACL', 'DELUSER', 'plain');
  });
  const fault = await faultOf(connectRedis(cluster.url.replace('//', '//plain:pw@')).ping());
  expect(fault).toMatchObject({ code: 'backend-denied', message: expect.stringContaining('cluster') });
});

test('a game that belongs to a master that is down cannot be told from none: reads fail, and so do scans', async () => {
  const own = await startCluster({ args: ['--cluster-require-full-coverage', 'no'] });
  onTestFinished(() => own.stop());
  const backend = connectRedis(own.url, { operationTimeoutMs: 1_000 });
  await backend.ping();
  const lost = own.masters[2];
  if (!lost) throw new Error('There is no third master');
  await lost.kill();
  const ids = Array.from({ length: 30 }, (_, n) => parseGameId(`game ${n}`));
  const answers = await Promise.allSettled(ids.map((id) => backend.append(id, appendOn(0))));
  const kinds = answers.map((answer, n) => `${slotOfGame(ids[n] ?? '') >= 10_924} ${answer.status}`);
  expect(new Set(kinds)).toEqual(new Set(['true rejected', 'false fulfilled']));
  for (const call of [scannedIds(backend), backend.census()]) {
    expect(await faultOf(call)).toMatchObject({ code: 'backend-unreachable', retryable: true });
  }
  await until(async () => /fail/.test(String(await ask(own.masters[0] as TestRedis, 'CLUSTER', 'NODES'))));
  expect(await faultOf(scannedIds(backend))).toMatchObject({ code: 'backend-unreachable', retryable: true });
  await lost.restart();
  await vi.waitFor(async () => expect((await scannedIds(backend)).length).toBeGreaterThan(0), {
    timeout: 10_000,
  });
});

test('reads come from the replicas when asked to', async () => {
  const own = await startCluster({ replicas: true });
  onTestFinished(() => own.stop());
  const [backend, reader] = [connectRedis(own.url), connectRedis(own.url, { readFrom: 'replica' })];
  const ids = Array.from({ length: 60 }, (_, n) => `game ${n}`);
  for (const id of ids) await reader.append(parseGameId(id), appendOn(0));
  // Servers name a replica once they have heard how far it is.
  await vi.waitFor(
    async () => {
      for (const id of ids) expect(await reader.read(parseGameId(id))).toBeDefined();
    },
    { timeout: 10_000 },
  );
  await vi.waitFor(async () => expect(await scannedIds(reader)).toEqual(ids.sort()), { timeout: 10_000 });
  const record = currentRecord('behind');
  await backend.replaceRecord(record, 'absent');
  await vi.waitFor(async () => expect(await scannedIds(reader)).toContain('behind'), { timeout: 10_000 });
  const before = await calls(own.replicas);
  expect(await reader.readRecords([record])).toMatchObject([{ kind: 'record' }]);
  expect(await reader.read(parseGameId('game 1'))).toMatchObject({ revision: 1 });
  expect(await calls(own.replicas)).toBeGreaterThan(before);
  expect(await reader.removeRecord(record, recordDigest(record))).toEqual({ kind: 'written' });
});

test('a replica that was away is read from again once it is back, and its master is not read instead', async () => {
  const own = await startCluster({ replicas: true });
  onTestFinished(() => own.stop());
  const reader = connectRedis(own.url, { readFrom: 'replica' });
  const id = parseGameId('a');
  await reader.append(id, appendOn(0));
  await vi.waitFor(async () => expect(await reader.read(id)).toBeDefined(), { timeout: 10_000 });
  for (const replica of own.replicas) await replica.kill();
  await vi.waitFor(
    async () => expect((await faultOf(reader.read(id))).message).toContain('has no replica to read from'),
    { timeout: 15_000 },
  );
  for (const replica of own.replicas) await replica.restart();
  await vi.waitFor(async () => expect(await reader.read(id)).toMatchObject({ revision: 1 }), {
    timeout: 15_000,
  });
});

test('appends and scans go on after a master has died and its replica has taken over', async () => {
  const own = await startCluster({ replicas: true });
  onTestFinished(() => own.stop());
  const backend = connectRedis(own.url, { operationTimeoutMs: 15_000 });
  const ids = Array.from({ length: 300 }, (_, n) => `game ${n}`);
  await Promise.all(ids.map((id) => backend.append(parseGameId(id), appendOn(0))));
  await Promise.all(own.masters.map((node) => ask(node, 'WAIT', 1, 5_000)));
  const seen: string[] = [];
  let pages = 0;
  for await (const page of backend.scan()) {
    seen.push(...page.map(({ id }) => id));
    if (pages++ === 0) await own.masters[1]?.kill();
  }
  expect(seen.sort()).toEqual(ids.sort());
  const heirs = ids.filter((id) => slotOfGame(id) >= 5_462 && slotOfGame(id) < 10_924);
  expect(heirs.length).toBeGreaterThan(0);
  for (const id of heirs) {
    expect(await backend.append(parseGameId(id), appendOn(1))).toMatchObject({ kind: 'committed' });
  }
  expect((await backend.census()).games).toMatchObject([{ count: 300 }]);
});

/** Scripts that these servers have run. */
async function calls(nodes: readonly TestRedis[]): Promise<number> {
  const infos = await Promise.all(nodes.map((node) => ask(node, 'INFO', 'commandstats')));
  return infos
    .flatMap((info) => [...String(info).matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
}
