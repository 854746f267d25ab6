import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseGameId } from '../../../src/game/game.ts';
import { makeCertificates } from '../../setup/certificates.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { appendOn, connectRedis, faultOf, serveRedis } from '../../setup/redis-calls.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const id = parseGameId('a');

test('a server with a certificate of the given authority is used', async () => {
  const tls = makeCertificates();
  const server = await serveRedis({ tls, password: 'right' });
  const backend = connectRedis(server.url, { caFile: tls.caFile });
  expect(await backend.append(id, appendOn(0))).toMatchObject({ kind: 'committed' });
  expect(backend.location).toBe(`rediss://127.0.0.1:${server.port}/0`);
});

test.each([
  ['another authority', () => makeCertificates().caFile],
  ["the system's authorities only", () => undefined],
])('a server with a certificate of %s is not trusted, and waiting would not help', async (_, caFile) => {
  const server = await serveRedis({ tls: makeCertificates() });
  const file = caFile();
  const fault = await faultOf(connectRedis(server.url, file ? { caFile: file } : {}).ping());
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: false });
  expect(fault.message).toContain('TLS');
  expect(fault.next).toContain('REDIS_CA_FILE');
});

test('a server whose certificate is for another name is not trusted', async () => {
  const tls = makeCertificates();
  const server = await serveRedis({ tls });
  const url = server.url.replace('127.0.0.1', '127.0.0.2');
  const other = await serveRedis({ tls, args: ['--bind', '127.0.0.2'] });
  const fault = await faultOf(
    connectRedis(url.replace(`:${server.port}`, `:${other.port}`), { caFile: tls.caFile }).ping(),
  );
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: false });
});

test('TLS where the server speaks none, and none where it speaks nothing else, is thought of in what to do', async () => {
  const tls = makeCertificates();
  const [plain, secure] = [await serveRedis(), await serveRedis({ tls })];
  const timing = { connectTimeoutMs: 500, caFile: tls.caFile };
  const faults = [
    await faultOf(connectRedis(plain.url.replace('redis:', 'rediss:'), timing).ping()),
    await faultOf(connectRedis(secure.url.replace('rediss:', 'redis:'), timing).ping()),
  ];
  for (const fault of faults) {
    expect(fault).toMatchObject({ code: 'backend-unreachable', next: expect.stringContaining('rediss://') });
  }
});

test.each([
  ['that is missing', undefined],
  ['without a certificate', 'hello'],
])('a file of authorities %s is refused when the backend is opened', (_, text) => {
  const caFile = join(tempFolder(), 'ca.crt');
  if (text !== undefined) writeFileSync(caFile, text);
  expect(() => openTestRedis('rediss://127.0.0.1:1/0', { caFile })).toThrow(
    expect.objectContaining({ code: 'config-invalid', next: expect.stringContaining('REDIS_CA_FILE') }),
  );
});
