import { describe, expect, it } from 'vitest';
import { createPlatformClient } from '../../../src/platform/client.ts';
import { startHttpStub } from '../../setup/http-stub.ts';

const on = { enabled: true, percentage: 100 };
const flags = { use_state_persistence: on, enable_state_snapshots: on, enable_state_recovery: on };

async function serving(status: number, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return startHttpStub((_request, response) => response.writeHead(status).end(text));
}

const clientOf = (servers: readonly string[], timeoutMs = 2000) =>
  createPlatformClient({ servers, timeoutMs });
/** Nothing listens on the port of a server that was just stopped. */
async function stoppedServer() {
  const { url, stop } = await serving(200, {});
  stop();
  return url;
}

describe('the platform client', () => {
  it('has a row for each server, with its value or its fault', async () => {
    const [good, broken, gone] = [
      (await serving(200, { flags })).url,
      (await serving(500, 'oops')).url,
      await stoppedServer(),
    ];
    expect(await clientOf([good, broken, gone]).flags()).toEqual([
      { server: good, value: flags },
      { server: broken, fault: expect.objectContaining({ code: 'platform-failed', retryable: true }) },
      { server: gone, fault: expect.objectContaining({ code: 'platform-unreachable', retryable: true }) },
    ]);
  });

  it('says status and body of a failure, in short', async () => {
    const { url } = await serving(404, `not\n\nhere ${'x'.repeat(500)}`);
    const [row] = await clientOf([url]).rooms();
    expect(row).toMatchObject({
      fault: { message: expect.stringMatching(/status 404: not here x{190,200}…$/) },
    });
  });

  it('does not take a body that breaks the contract for an answer', async () => {
    for (const body of ['<html>', {}, { flags: { use_state_persistence: on } }, '']) {
      const { url } = await serving(200, body);
      expect(await clientOf([url]).flags()).toMatchObject([{ fault: { code: 'platform-failed' } }]);
    }
  });

  it('reads the health of a server that says it is unhealthy', async () => {
    const body = { components: { state_management: { healthy: false } } };
    const { url } = await serving(503, body);
    expect(await clientOf([url]).health()).toEqual([{ server: url, value: body }]);
  });

  it('takes a 503 of anybody else for a failure', async () => {
    const { url } = await serving(503, 'upstream is down');
    expect(await clientOf([url]).health()).toMatchObject([{ fault: { code: 'platform-failed' } }]);
  });

  it('keeps the path of a base URL and escapes the id of a room', async () => {
    const paths: (string | undefined)[] = [];
    const { url } = await startHttpStub((request, response) => {
      paths.push(request.url);
      response.end('{}');
    });
    await clientOf([`${url}/eu/`]).join(`${url}/eu/`, 'a/../b', 'Ann');
    expect(paths).toEqual(['/eu/api/rooms/a%2F..%2Fb/join']);
  });

  it.each([
    [{ flags: 'all' }, /\(flags: must be an object, not a text\): \{"flags"/],
    [[], /\(must be an object, not a list\): \[\]$/],
  ])('says where an answer is not what it must be: %j', async (body, message) => {
    const { url } = await serving(200, body);
    expect(await clientOf([url]).flags()).toMatchObject([
      { fault: { code: 'platform-failed', message: expect.stringMatching(message) } },
    ]);
  });

  it('says what a server does not serve', async () => {
    const { url } = await serving(404, {});
    const [answer] = await clientOf([url]).breakers();
    expect(answer).toMatchObject({
      fault: {
        message: `${url}/api/health/circuit-breakers answered with status 404: {}`,
        next: expect.stringContaining('serve this path'),
      },
    });
  });

  it('does not follow a redirect to another server', async () => {
    const target = await serving(200, { flags });
    const { url } = await startHttpStub((_request, response) =>
      response.writeHead(302, { location: target.url }).end(),
    );
    expect(await clientOf([url]).flags()).toMatchObject([{ fault: { code: 'platform-failed' } }]);
  });
});

describe('a write of flags', () => {
  const off = [{ name: 'use_state_persistence', enabled: false }] as const;
  const kindsOf = async (servers: readonly string[], timeoutMs?: number) =>
    (await clientOf(servers, timeoutMs).updateFlags([...off])).map(({ kind }) => kind);

  it('has certainly failed where nothing listens or the server refuses', async () => {
    expect(await kindsOf([await stoppedServer(), (await serving(409, 'no')).url])).toEqual([
      'failed',
      'failed',
    ]);
  });

  it('may have been applied where no clear answer comes', async () => {
    const silent = await startHttpStub(() => {});
    const cut = await startHttpStub((request) => request.socket.destroy());
    const proxy = await serving(502, 'bad gateway');
    expect(await kindsOf([silent.url, cut.url, proxy.url], 100)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('may have been applied when it is interrupted', async () => {
    const abort = new AbortController();
    const { url } = await startHttpStub(() => abort.abort());
    const rows = await clientOf([url]).updateFlags([...off], abort.signal);
    expect(rows).toMatchObject([{ kind: 'unknown', fault: { code: 'interrupted' } }]);
  });
});
