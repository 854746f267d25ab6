import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createHttpFlagStore } from '../../../src/flags/http.ts';
import { createScrapeSource } from '../../../src/metrics/source/scrape.ts';
import { createAdminClient } from '../../../src/platform/admin.ts';
import { createPlatformClient } from '../../../src/platform/client.ts';
import { roomsSchema } from '../../../src/platform/schemas.ts';
import { holdSandbox } from '../../setup/sandbox.ts';

const slow = { timeout: 30_000 };

async function startPlatform() {
  const { servers } = await holdSandbox();
  return { servers, client: createPlatformClient({ servers, timeoutMs: 10_000 }) };
}

async function send(url: string, method: string, body?: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: text }) });
  const json: unknown = await response.json();
  return { status: response.status, json };
}

describe('the sandbox as a platform', slow, () => {
  it('answers every question of the platform’s API on every server', async () => {
    const { client } = await startPlatform();
    for (const ask of ['flags', 'health', 'breakers', 'rooms', 'alerts'] as const) {
      const answers = await client[ask]();
      expect(answers.map((answer) => ('value' in answer ? 'value' : answer.fault.message))).toEqual([
        'value',
        'value',
      ]);
    }
  });

  it('tells what its memory holds, to whoever has the token of its announcement, and lets go of it', async () => {
    const { servers, adminToken } = await holdSandbox();
    const admin = createAdminClient({ servers, token: adminToken, timeoutMs: 10_000 });
    const [server = ''] = servers;
    const response = await fetch(`${server}/api/rooms`);
    const [room] = roomsSchema.parse(await response.json()).rooms;
    if (!room) throw new Error('no room');
    expect(await admin.game(room.id)).toMatchObject([{ value: { id: room.id } }, { value: 'not-held' }]);
    expect(await admin.evict(server, room.id, { discard: false })).toMatchObject({
      kind: 'evicted',
      lost: 0,
    });
    expect((await admin.game(room.id))[0]).toMatchObject({ value: 'not-held' });
    const others = createAdminClient({ servers, token: 'guessed', timeoutMs: 10_000 });
    expect(await others.game(room.id)).toMatchObject(
      servers.map(() => ({ fault: { code: 'platform-failed' } })),
    );
  });

  it('is healthy, with about forty games in different phases', async () => {
    const { client } = await startPlatform();
    expect(await client.health()).toMatchObject(
      client.servers.map(() => ({ value: { components: { state_management: { healthy: true } } } })),
    );
    const rooms = (await client.rooms()).flatMap((answer) => ('value' in answer ? answer.value : []));
    expect(rooms.length).toBeGreaterThanOrEqual(35);
    expect(new Set(rooms.map(({ phase }) => phase)).size).toBeGreaterThan(1);
  });

  it('creates a room that a player can join, and refuses one that nobody has', async () => {
    const { client } = await startPlatform();
    const created = await client.createRoom({ name: 'Health check', capacity: 4 });
    for (const answer of created) {
      if ('fault' in answer) throw answer.fault;
      expect(await client.join(answer.server, answer.value.id, 'Ann')).toEqual({
        server: answer.server,
        value: undefined,
      });
      expect(await client.join(answer.server, 'nowhere', 'Ann')).toMatchObject({
        fault: { code: 'platform-failed' },
      });
    }
  });

  it('shows every server a flag that was written to one, within about a second', async () => {
    const { client, servers } = await startPlatform();
    const url = `${servers[0]}/api/feature-flags/enable_state_recovery`;
    expect((await send(url, 'PUT', { enabled: true, percentage: 25 })).status).toBe(200);
    await expect
      .poll(
        async () => (await client.flags()).map((row) => 'value' in row && row.value.enable_state_recovery),
        {
          timeout: 3000,
        },
      )
      .toEqual(servers.map(() => ({ enabled: true, percentage: 25 })));
  });

  it('stops storing transitions when persistence is turned off, and catches up when it is on again', async () => {
    const { client, servers } = await startPlatform();
    const flags = createHttpFlagStore(client, systemClock);
    const source = createScrapeSource({
      targets: servers.map((url) => `${url}/metrics`),
      clock: systemClock,
    });
    const unpersisted = async () => (await source.read()).signals.unpersistedGames;

    const off = await flags.write([{ name: 'use_state_persistence', enabled: false }]);
    expect(off.map(({ kind }) => kind)).toEqual(['changed', 'changed']);
    await expect
      .poll(unpersisted, { timeout: 10_000 })
      .toMatchObject({ value: expect.toSatisfy((n) => n > 5) });
    await flags.write([{ name: 'use_state_persistence', enabled: true }]);
    await expect.poll(unpersisted, { timeout: 15_000 }).toMatchObject({ kind: 'value', value: 0 });
  });

  it('answers a bad request with what is wrong with it', async () => {
    const { servers } = await startPlatform();
    const api = `${servers[0]}/api`;
    const attempts: [string, string, unknown, number][] = [
      ['/feature-flags/bulk-update', 'POST', [], 400],
      ['/feature-flags/bulk-update', 'POST', '{', 400],
      ['/feature-flags/toggle', 'POST', { flag: 'use_magic', enabled: true }, 400],
      ['/feature-flags/use_state_persistence', 'PUT', { enabled: true, percentage: 101 }, 400],
      ['/feature-flags/use_magic', 'PUT', { enabled: true, percentage: 1 }, 404],
      ['/rooms/create', 'POST', { name: 'Crowd', capacity: 9 }, 400],
      ['/rooms/create', 'POST', `"${'x'.repeat(70_000)}"`, 413],
      ['/rooms/%E0%A4%A/join', 'POST', { player_name: 'Ann' }, 400],
      ['/nothing', 'GET', undefined, 404],
      ['/rooms', 'DELETE', undefined, 405],
    ];
    for (const [path, method, body, status] of attempts) {
      const answer = await send(api + path, method, body);
      expect({ path, status: answer.status }).toEqual({ path, status });
      expect(answer.json).toEqual({ error: expect.any(String) });
    }
  });

  it('refuses to turn a flag on without the one it needs', async () => {
    const { servers } = await startPlatform();
    const api = `${servers[0]}/api/feature-flags`;
    await send(`${api}/toggle`, 'POST', { flag: 'use_state_persistence', enabled: false });
    const answer = await send(`${api}/bulk-update`, 'POST', [
      { name: 'enable_state_recovery', enabled: false },
      { name: 'enable_state_snapshots', enabled: true },
    ]);
    expect(answer).toMatchObject({
      status: 409,
      json: { error: expect.stringContaining('use_state_persistence') },
    });
    expect(await send(api, 'GET')).toMatchObject({
      json: { flags: { enable_state_recovery: { enabled: true } } },
    });
  });
});
