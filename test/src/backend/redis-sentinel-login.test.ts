import { expect, onTestFinished, test, vi } from 'vitest';
import { parseGameId } from '../../../src/game/game.ts';
import { makeCertificates } from '../../setup/certificates.ts';
import { appendOn, connectRedis, faultOf } from '../../setup/redis-calls.ts';
import { ask, until } from '../../setup/redis-cluster.ts';
import { startSentinel } from '../../setup/redis-sentinel.ts';

const id = parseGameId('a');
/** As the README has it. */
const rights =
  '-@all +sentinel|get-master-addr-by-name +sentinel|replicas +subscribe &+switch-master +sentinel|ckquorum';

async function serve(options?: Parameters<typeof startSentinel>[0]) {
  const sentinel = await startSentinel(options);
  onTestFinished(() => sentinel.stop());
  return sentinel;
}

const sentinelOf = (url: string) => new URL(url.replace(/^\w+\+sentinel/, 'http')).host;

test.each([
  ['a password', {}, { password: 'theirs' }],
  ['a user', { sentinelUser: `watcher on >pw ${rights}` }, { username: 'watcher', password: 'pw' }],
])('sentinels may have %s of their own, also in a failover', async (_, options, sentinelLogin) => {
  const sentinel = await serve({ password: 'ours', sentinelPassword: 'theirs', ...options });
  const backend = connectRedis(sentinel.url, { sentinelLogin, operationTimeoutMs: 60_000 });
  await backend.append(id, appendOn(0));
  expect((await backend.examine()).find(({ name }) => name === 'sentinels')).toMatchObject({ kind: 'ok' });
  const replicated = async () => String(await ask(sentinel.replica, 'INFO', 'keyspace')).includes('keys=1');
  await until(replicated);
  const reader = connectRedis(sentinel.url, { sentinelLogin, readFrom: 'replica' });
  expect(await reader.read(id)).toMatchObject({ revision: 1 });
  // Nobody answers, so only what the sentinel tells lets a call go on.
  sentinel.master.pause();
  onTestFinished(() => sentinel.master.resume());
  await vi.waitFor(
    async () => expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 }),
    { timeout: 20_000 },
  );
  expect(await sentinel.masterPort()).toBe(sentinel.replica.port);
});

test.each([
  ['a wrong password', { password: 'wrong' }, 'refused the password: WRONGPASS'],
  [
    'a user that it does not know',
    { username: 'nobody', password: 'theirs' },
    'refused the password: WRONGPASS',
  ],
])('%s for a sentinel names the sentinel and its variables', async (_, sentinelLogin, message) => {
  const { url } = await serve({ password: 'ours', sentinelPassword: 'theirs' });
  const fault = await faultOf(connectRedis(url, { sentinelLogin }).ping());
  expect(fault).toMatchObject({ code: 'backend-denied', retryable: false });
  expect(fault.message).toContain(`The sentinel at ${sentinelOf(url)} ${message}`);
  expect(fault.next).toMatch(/^Check REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD/);
  expect(`${fault.message} ${fault.next} ${fault.cause}`).not.toMatch(/wrong|theirs/);
});

test('a sentinel that refuses the password of the servers says what to set', async () => {
  const { url } = await serve({ password: 'ours', sentinelPassword: 'theirs' });
  const faults = [
    await faultOf(connectRedis(url).ping()),
    await faultOf(connectRedis(url.replace(':ours@', '')).ping()),
  ];
  expect(faults.map(({ code, message }) => `${code} ${message}`)).toEqual([
    expect.stringContaining(`backend-denied The sentinel at ${sentinelOf(url)} refused the password`),
    expect.stringContaining(`backend-denied The sentinel at ${sentinelOf(url)} asks for a password`),
  ]);
  for (const { next } of faults)
    expect(next).toContain('set REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD');
});

test('a sentinel that refuses is found by a check although another one answers', async () => {
  const [good, odd] = await Promise.all([
    serve({ sentinelPassword: 'theirs' }),
    serve({ sentinelPassword: 'another' }),
  ]);
  const url = good.url.replace('/games', `,${sentinelOf(odd.url)}/games`);
  const findings = await connectRedis(url, { sentinelLogin: { password: 'theirs' } }).examine();
  expect(findings.filter(({ name }) => name === 'sentinels')).toEqual([
    expect.objectContaining({ kind: 'ok' }),
    {
      name: 'sentinels',
      kind: 'warning',
      found: expect.stringContaining(`The sentinel at ${sentinelOf(odd.url)} refused the password`),
      next: expect.stringContaining('REDIS_SENTINEL_PASSWORD'),
    },
  ]);
});

test('a wrong password of the server behind is not blamed on its sentinel', async () => {
  const sentinel = await serve({ password: 'ours', sentinelPassword: 'theirs' });
  const url = sentinel.url.replace(':ours@', ':wrong@');
  const fault = await faultOf(connectRedis(url, { sentinelLogin: { password: 'theirs' } }).ping());
  expect(fault.message).toMatch(`Redis at 127.0.0.1:${sentinel.master.port} refused the password`);
  expect(fault.next).toContain('REDIS_URL');
});

test('a user of the sentinels without their commands is told which to grant', async () => {
  const options = {
    password: 'ours',
    sentinelPassword: 'theirs',
    sentinelUser: 'watcher on >pw -@all +ping',
  };
  const { url } = await serve(options);
  const sentinelLogin = { username: 'watcher', password: 'pw' };
  const fault = await faultOf(connectRedis(url, { sentinelLogin }).ping());
  expect(fault).toMatchObject({ code: 'backend-denied', retryable: false });
  expect(fault.message).toContain(`The sentinel at ${sentinelOf(url)} does not permit this`);
  expect(fault.next).toContain('+sentinel|get-master-addr-by-name');
});

test.each([
  ['addresses', 'IP:127.0.0.1', false],
  ['names', 'DNS:localhost', true],
])('sentinels and servers speak TLS and go by %s, also in a failover', async (_, names, byName) => {
  const tls = makeCertificates({ names });
  const sentinel = await serve({ tls, byName, password: 'ours', sentinelPassword: 'theirs' });
  const more = { caFile: tls.caFile, sentinelLogin: { password: 'theirs' } };
  const backend = connectRedis(sentinel.url, { ...more, operationTimeoutMs: 1_000 });
  await backend.append(id, appendOn(0));
  const reader = connectRedis(sentinel.url, { ...more, readFrom: 'replica' });
  await vi.waitFor(async () => expect(await reader.read(id)).toMatchObject({ revision: 1 }));
  await sentinel.master.kill();
  await vi.waitFor(
    async () => expect(await backend.append(id, appendOn(1))).toEqual({ kind: 'committed', revision: 2 }),
    { timeout: 20_000 },
  );
  expect(await sentinel.masterPort()).toBe(sentinel.replica.port);
});

test('a sentinel whose certificate is of another authority is named, and so is a server that is announced by another name', async () => {
  const tls = makeCertificates({ names: 'DNS:localhost' });
  const sentinel = await serve({ tls });
  const url = sentinel.url.replace('127.0.0.1', 'localhost');
  const other = await faultOf(connectRedis(url, { caFile: makeCertificates().caFile }).ping());
  expect(other).toMatchObject({ code: 'backend-unreachable', retryable: false });
  expect(other.message).toMatch(`The sentinel at ${sentinelOf(url)} has a certificate of an authority`);
  expect(other.next).toContain('REDIS_CA_FILE');

  const behind = await faultOf(connectRedis(url, { caFile: tls.caFile }).ping());
  expect(behind.message).toMatch(
    `Redis at 127.0.0.1:${sentinel.master.port} has a certificate for another name`,
  );
  expect(behind.next).toContain('sentinel announce-hostnames');
});
