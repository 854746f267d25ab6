import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parseGameId } from '../../../src/game/game.ts';
import { issueCertificate, makeCertificates } from '../../setup/certificates.ts';
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
  expect(fault.message).toContain('a certificate of an authority that is not trusted');
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
  expect(fault.message).toContain(
    'has a certificate for another name: it is for IP Address:127.0.0.1, DNS:localhost',
  );
});

test('a server that comes back with a certificate that has expired says so, and is used once it is renewed', async () => {
  const tls = makeCertificates();
  const folder = dirname(tls.certFile);
  const server = await serveRedis({ tls });
  const backend = connectRedis(server.url, { caFile: tls.caFile });
  await backend.ping();
  issueCertificate(folder, { days: -1 });
  await server.kill();
  await server.restart();
  const fault = await vi.waitFor(async () => {
    const found = await faultOf(backend.ping());
    expect(found.message).toContain('has a certificate that has expired');
    return found;
  });
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: false });
  expect(fault.next).toMatch(/renew/i);
  issueCertificate(folder, {});
  await server.kill();
  await server.restart();
  await vi.waitFor(() => backend.ping(), { timeout: 5_000 });
});

test.each([
  [
    'TLSv1.3',
    'asks for a certificate of the client, and there is none to show: tlsv13 alert certificate required',
  ],
  ['TLSv1.2', 'failed in the TLS handshake: ssl/tls alert handshake failure'],
])('a server that wants a certificate of the client over %s is told apart', async (protocol, message) => {
  const tls = makeCertificates();
  const args = ['--tls-auth-clients', 'yes', '--tls-protocols', protocol];
  const server = await serveRedis({ tls, args });
  const fault = await faultOf(connectRedis(server.url, { caFile: tls.caFile }).ping());
  expect(fault).toMatchObject({ code: 'backend-unreachable', retryable: false });
  expect(fault.message).toBe(`Redis at 127.0.0.1:${server.port} ${message}`);
  expect(fault.next).toContain('tls-auth-clients');
});

test('a server that answers something else than TLS is named', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('-ERR what is this\r\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const fault = await faultOf(connectRedis(`rediss://127.0.0.1:${port}/0`).ping());
  expect(fault.message).toContain('does not speak TLS');
});

test('names are sent to the server, as proxies that choose by them need', async () => {
  const names: (string | false)[] = [];
  const tls = makeCertificates();
  const certificate = { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  const server = createTlsServer(certificate, (socket) => {
    names.push((socket as TLSSocket & { readonly servername: string | false }).servername);
    socket.on('error', () => {}).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  for (const host of ['localhost', '127.0.0.1']) {
    await faultOf(connectRedis(`rediss://${host}:${port}/0`, { caFile: tls.caFile }).ping());
  }
  expect(names).toEqual(['localhost', false]);
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
