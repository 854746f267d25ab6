import { expect, onTestFinished, test, vi } from 'vitest';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { makeCertificates } from '../../setup/certificates.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { startRedis } from '../../setup/redis.ts';
import { appendOn, connectRedis, faultOf, scannedIds } from '../../setup/redis-calls.ts';
import { ask, until } from '../../setup/redis-cluster.ts';
import { startSentinel } from '../../setup/redis-sentinel.ts';

const id = parseGameId('a');

async function serve(options?: Parameters<typeof startSentinel>[0]) {
  const sentinel = await startSentinel(options);
  onTestFinished(() => sentinel.stop());
  return sentinel;
}

test('appends go on at the new master after a failover; nothing acknowledged and replicated is lost or doubled', async () => {
  const sentinel = await serve();
  const heard: string[] = [];
  const backend = connectRedis(sentinel.url, {
    operationTimeoutMs: 1_000,
    listener: { connection: ({ state }) => void heard.push(state) },
  });
  let revision = 0;
  let failures = 0;
  const step = async () => {
    try {
      const answer = await backend.append(id, appendOn(revision));
      // One whose answer was lost has been stored all the same.
      revision = answer.kind === 'committed' ? answer.revision : answer.actual;
    } catch {
      failures++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  for (let n = 0; n < 50; n++) await step();
  // Replication is asynchronous: what a master acknowledged and did not pass on dies with it.
  expect(Number(await ask(sentinel.master, 'WAIT', 1, 5_000))).toBe(1);
  await until(async () => {
    const info = String(await ask(sentinel.replica, 'INFO', 'keyspace'));
    return info.includes('keys=1');
  });
  const replicated = revision;
  await sentinel.master.kill();
  const target = replicated + 50;
  await vi.waitFor(
    async () => {
      await step();
      expect(revision).toBeGreaterThanOrEqual(target);
    },
    { timeout: 20_000, interval: 1 },
  );
  expect(failures).toBeGreaterThan(0);
  expect(await sentinel.masterPort()).toBe(sentinel.replica.port);
  const game = await backend.read(id);
  expect(game?.revision).toBe(revision);
  expect(game?.events.map((event) => `${event.revision} ${Buffer.from(event.bytes)}`)).toEqual(
    Array.from({ length: revision }, (_, n) => `${n + 1} event ${n + 1}`),
  );
  expect(heard).toEqual(['lost', 'regained']);
});

test('a master that hangs is left as soon as the sentinel names another', async () => {
  const sentinel = await serve();
  const backend = connectRedis(sentinel.url, { operationTimeoutMs: 60_000 });
  await backend.append(id, appendOn(0));
  await until(async () => String(await ask(sentinel.replica, 'INFO', 'keyspace')).includes('keys=1'));
  sentinel.master.pause();
  const hanging = faultOf(backend.append(id, appendOn(1)));
  await vi.waitFor(async () => expect(await backend.read(id)).toMatchObject({ revision: 1 }), {
    timeout: 20_000,
  });
  expect(await sentinel.masterPort()).toBe(sentinel.replica.port);
  expect(await hanging).toMatchObject({ code: 'backend-unreachable', retryable: true });
  sentinel.master.resume();
});

test('writes go to the new master after a failover that was ordered', async () => {
  const sentinel = await serve();
  const backend = connectRedis(sentinel.url);
  await backend.append(id, appendOn(0));
  await until(async () => String(await ask(sentinel.replica, 'INFO', 'keyspace')).includes('keys=1'));
  await sentinel.failOver();
  await ask(sentinel.master, 'REPLICAOF', '127.0.0.1', sentinel.replica.port);
  await vi.waitFor(
    async () => expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 }),
    { timeout: 10_000 },
  );
  expect(await ask(sentinel.replica, 'EXISTS', 'gk1:{game:a}')).toBe(1);
});

test('a master that refuses writes as a replica is asked about, and the write fails as a whole', async () => {
  const sentinel = await serve();
  const backend = connectRedis(sentinel.url);
  await backend.append(id, appendOn(0));
  await ask(sentinel.master, 'REPLICAOF', '127.0.0.1', 1);
  const fault = await faultOf(backend.append(id, appendOn(1)));
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: true });
  await ask(sentinel.master, 'REPLICAOF', 'NO', 'ONE');
  await vi.waitFor(
    async () => expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 }),
    { timeout: 10_000 },
  );
});

test('reads may come from the replica, writes and what they are decided by from the master', async () => {
  const sentinel = await serve();
  const backend = connectRedis(sentinel.url, { readFrom: 'replica' });
  expect(backend).toMatchObject({ readsFrom: 'replica', location: expect.stringMatching(/from a replica$/) });
  const record = currentRecord('a');
  await backend.replaceRecord(record, 'absent');
  await vi.waitFor(async () => expect(await scannedIds(backend)).toEqual(['a']), { timeout: 10_000 });

  // The replica stays behind from here on.
  await ask(sentinel.replica, 'REPLICAOF', '127.0.0.1', 1);
  expect(await backend.removeRecord(record, recordDigest(record))).toEqual({ kind: 'written' });
  expect(await backend.readRecords([record])).toMatchObject([{ kind: 'record' }]);
  expect((await backend.census()).games).toHaveLength(1);
  expect(await ask(sentinel.master, 'DBSIZE')).toBe(0);
});

test('no replica to read from is said, and the master is not read instead', async () => {
  const sentinel = await serve();
  await sentinel.replica.kill();
  const backend = connectRedis(sentinel.url, { readFrom: 'replica' });
  await vi.waitFor(
    async () => expect((await faultOf(backend.read(id))).message).toContain('No replica of "games"'),
    { timeout: 10_000 },
  );
});

test('sentinels and servers may ask for one password and speak TLS', async () => {
  const tls = makeCertificates();
  const sentinel = await serve({ password: 'right', tls });
  const backend = connectRedis(sentinel.url, { caFile: tls.caFile });
  expect(await backend.append(id, appendOn(0))).toMatchObject({ kind: 'committed' });
  const wrong = connectRedis(sentinel.url.replace('right', 'wrong'), { caFile: tls.caFile });
  expect(await faultOf(wrong.ping())).toMatchObject({ code: 'backend-denied', retryable: false });
});

test('a name that no sentinel knows is no outage', async () => {
  const sentinel = await serve();
  const fault = await faultOf(connectRedis(sentinel.url.replace('games', 'gmaes')).ping());
  expect(fault).toMatchObject({ code: 'backend-failed', retryable: false });
  expect(fault.message).toContain('gmaes');
});

test('sentinels that are away are unreachable, and one of several is enough', async () => {
  const sentinel = await serve();
  const gone = await startRedis();
  await gone.stop();
  const fault = await faultOf(connectRedis(`redis+sentinel://127.0.0.1:${gone.port}/games`).ping());
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: true });
  expect(fault.message).toContain(`The sentinel at 127.0.0.1:${gone.port}`);
  const [, present] = sentinel.url.split('//');
  await connectRedis(`redis+sentinel://127.0.0.1:${gone.port},${present}`).ping();
});
