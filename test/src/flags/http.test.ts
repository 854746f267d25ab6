import { describe, expect, it } from 'vitest';
import { createHttpFlagStore } from '../../../src/flags/http.ts';
import { createPlatformClient } from '../../../src/platform/client.ts';
import type { BulkUpdate, Flags } from '../../../src/platform/schemas.ts';
import { startHttpStub } from '../../setup/http-stub.ts';

const value = (enabled: boolean) => ({ enabled, percentage: 100 });
const allOn: Flags = {
  use_state_persistence: value(true),
  enable_state_snapshots: value(true),
  enable_state_recovery: value(true),
};
const allOff: BulkUpdate = [
  { name: 'enable_state_recovery', enabled: false },
  { name: 'enable_state_snapshots', enabled: false },
  { name: 'use_state_persistence', enabled: false },
];

/** Serves `flags`; what happens to a write is up to the test. */
async function startServer(flags: Flags, onWrite: 'accept' | 'refuse' | 'hang' = 'accept') {
  const written: unknown[] = [];
  const stub = await startHttpStub(async (request, response) => {
    if (request.method === 'GET') return void response.end(JSON.stringify({ flags }));
    written.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    if (onWrite === 'accept') response.end('{}');
    if (onWrite === 'refuse') response.writeHead(400).end('no');
  });
  return { ...stub, written };
}

const clock = { now: () => 42, sleep: async () => {} };
const storeOf = (servers: readonly string[]) =>
  createHttpFlagStore(createPlatformClient({ servers, timeoutMs: 200 }), clock);

describe('the flag store over HTTP', () => {
  it('reads the flags as each server sees them', async () => {
    const [one, gone] = [await startServer(allOn), await startServer(allOn)];
    gone.stop();
    expect(await storeOf([one.url, gone.url]).read()).toEqual({
      atMs: 42,
      servers: [
        { server: one.url, flags: allOn },
        { server: gone.url, fault: expect.objectContaining({ code: 'platform-unreachable' }) },
      ],
    });
  });

  it('writes to every server, also to one where nothing will change', async () => {
    const servers = [
      await startServer(allOn),
      await startServer({ ...allOn, enable_state_recovery: value(false) }),
    ];
    const rows = await storeOf(servers.map(({ url }) => url)).write(allOff);
    expect(servers.map(({ written }) => written)).toEqual([[allOff], [allOff]]);
    expect(rows.map(({ kind }) => kind)).toEqual([
      'changed',
      'changed',
      'changed',
      'unchanged',
      'changed',
      'changed',
    ]);
  });

  it('says of each server what became of the write', async () => {
    const servers = [
      await startServer(allOn, 'refuse'),
      await startServer(allOn, 'hang'),
      await startServer(allOn),
    ];
    const rows = await storeOf(servers.map(({ url }) => url)).write([
      { name: 'use_state_persistence', enabled: false },
    ]);
    expect(rows.map(({ server, kind }) => [server, kind])).toEqual([
      [servers[0]?.url, 'failed'],
      [servers[1]?.url, 'unknown'],
      [servers[2]?.url, 'changed'],
    ]);
  });
});
