/** The admin API from both sides: the client asks the handler of a real engine. */
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { safeLine } from '../../../src/base/safe-text.ts';
import { type GameId, parseGameId } from '../../../src/game/game.ts';
import { createAdminClient } from '../../../src/platform/admin.ts';
import { type AdminHandler, createAdminHandler } from '../../../src/platform/admin-handler.ts';
import { adminErrorSchema } from '../../../src/platform/admin-schemas.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const server = 'http://one:80/base';
const token = 'a token';

const clientOf = (handler: AdminHandler, withToken = token) =>
  createAdminClient({
    servers: [server],
    token: withToken,
    timeoutMs: 1000,
    fetch: (url, init) => handler(new Request(url, init)),
  });

/** One game at revision 1, and what the server was told to drop. */
async function serving() {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend);
  await room.engine.create(id, { n: 1 }, 'ada');
  const dropped: GameId[] = [];
  const handler = createAdminHandler({
    engine: room.engine,
    token,
    onEvict: (game) => void dropped.push(game),
  });
  /** Leaves one transition only in memory. */
  const goAhead = async () => {
    backend.fail({ writes: 'before' });
    await room.engine.append(id, move('PREPARATION', { n: 2 }), { revision: 1, ahead: 0 });
  };
  return { backend, dropped, handler, goAhead, admin: clientOf(handler), ...room };
}

const summary = {
  ...{ id, revision: 1, ahead: 0, phase: 'NOT_STARTED' },
  ...{ unpersisted_since: null, diverged_at: null, state_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
};

describe('the admin API of a game server', () => {
  it('shows what memory has of a game', async () => {
    const { admin } = await serving();
    expect(await admin.game(id)).toEqual([{ server, value: { ...summary, state: { n: 1 } } }]);
    expect(await admin.game('other')).toEqual([{ server, value: 'not-held' }]);
  });

  it('tells which of many games are in memory', async () => {
    const { admin } = await serving();
    const ids = Array.from({ length: 700 }, (_, index) => `other-${index}`);
    expect(await admin.find([...ids, id])).toEqual([{ server, value: [summary] }]);
  });

  it.each(['a/b', 'a b?c#d', '%2F', 'ü', '\u0000', '../x', 'find'])('knows the id %j', async (text) => {
    const { admin, engine, dropped } = await serving();
    await engine.create(parseGameId(text), { n: 1 }, 'ada');
    expect(await admin.game(text)).toMatchObject([{ value: { id: text } }]);
    expect(await admin.evict(server, text, { discard: false })).toEqual({ server, kind: 'evicted', lost: 0 });
    expect(dropped).toEqual([text]);
  });

  it.each(['.', '..'])('cannot name the id %j in a URL, and the client says so', async (text) => {
    const { admin } = await serving();
    expect(await admin.game(text)).toMatchObject([{ fault: { code: 'unsupported' } }]);
    expect(await admin.evict(server, text, { discard: true })).toMatchObject({ kind: 'failed' });
  });

  it('evicts a game once storage is up to date, and has the server drop its table', async () => {
    const { admin, engine, backend, dropped, goAhead } = await serving();
    await goAhead();
    backend.fail({});
    expect(await admin.evict(server, id, { discard: false })).toEqual({ server, kind: 'evicted', lost: 0 });
    expect(engine.held(id)).toBeUndefined();
    expect(backend.inner.peek(id)?.revision).toBe(2);
    expect(dropped).toEqual([id]);
  });

  it('refuses to evict what only memory has, and drops no table', async () => {
    const { admin, dropped, goAhead } = await serving();
    await goAhead();
    const why = '1 of its transitions are only in memory';
    expect(await admin.evict(server, id, { discard: false })).toEqual({ server, kind: 'refused', why });
    expect(dropped).toEqual([]);
  });

  it('lets go again of a game that a waiting move has loaded before the table was gone', async () => {
    const { backend, engine, dropped } = await serving();
    const onEvict = async (game: GameId) => {
      dropped.push(game);
      await engine.append(id, move('PREPARATION', { n: 2 }), { revision: 1, ahead: 0 });
    };
    const admin = clientOf(createAdminHandler({ engine, token, onEvict }));
    expect(await admin.evict(server, id, { discard: false })).toEqual({ server, kind: 'evicted', lost: 0 });
    expect(engine.held(id)).toBeUndefined();
    expect(backend.inner.peek(id)?.revision).toBe(2);
    expect(dropped).toEqual([id]);
  });

  it('discards it when told to, and says how much', async () => {
    const { admin, goAhead } = await serving();
    await goAhead();
    expect(await admin.evict(server, id, { discard: true })).toEqual({ server, kind: 'evicted', lost: 1 });
    expect(await admin.evict(server, id, { discard: true })).toEqual({ server, kind: 'not-held' });
  });

  it('holds a game, tells so, and releases it', async () => {
    const { admin, engine, clock, backend, goAhead } = await serving();
    await goAhead();
    backend.fail({});
    const untilMs = clock.now() + 60_000;
    expect(await admin.hold(server, id, 60_000)).toEqual({ server, kind: 'on-hold', untilMs, ahead: 0 });
    expect(backend.inner.peek(id)?.revision).toBe(2);
    expect(engine.holds()).toEqual([{ id, untilMs }]);
    expect(await admin.holds()).toEqual([
      { server, value: [{ id, until: new Date(untilMs).toISOString() }] },
    ]);
    expect(await admin.release(server, id)).toEqual({ server, kind: 'released' });
    expect(await admin.release(server, id)).toEqual({ server, kind: 'not-on-hold' });
    expect(await admin.holds()).toEqual([{ server, value: [] }]);
  });

  it('keeps a hold over an eviction, and says what storage did not take of a game', async () => {
    const { admin, goAhead } = await serving();
    await goAhead();
    expect(await admin.hold(server, id, 1000)).toMatchObject({ kind: 'on-hold', ahead: 1 });
    expect(await admin.evict(server, id, { discard: true })).toMatchObject({ kind: 'evicted' });
    expect(await admin.holds()).toMatchObject([{ value: [{ id }] }]);
  });

  it('takes a snapshot', async () => {
    const { admin, backend, flags } = await serving();
    expect(await admin.snapshot(server, id)).toEqual({ server, kind: 'stored', revision: 1 });
    expect(backend.inner.peek(id)?.snapshots).toHaveLength(1);
    expect(await admin.snapshot(server, 'other')).toEqual({ server, kind: 'not-held' });
    flags.snapshot = false;
    expect(await admin.snapshot(server, id)).toMatchObject({ kind: 'refused' });
  });

  it('shows and sets the cache', async () => {
    const { admin, engine } = await serving();
    expect(await admin.cache()).toEqual([{ server, value: { games: 500, ttl_seconds: null } }]);
    const limits = { games: 100, ttl_seconds: 300 };
    expect(await admin.setCache(server, limits)).toEqual({ server, kind: 'set', cache: limits });
    expect(engine.cache()).toEqual({ games: 100, ttlMs: 300_000 });
    expect(await admin.setCache(server, { games: 0, ttl_seconds: null })).toMatchObject({ kind: 'failed' });
    expect(engine.cache()).toEqual({ games: 100, ttlMs: 300_000 });
  });

  it('names what waits for storage and what was lost', async () => {
    const { admin, clock, goAhead } = await serving();
    await goAhead();
    const since = new Date(clock.now()).toISOString();
    expect(await admin.unpersisted()).toEqual([
      {
        server,
        value: {
          ...{ games: 1, oldest: since, diverged: [], lost_transitions: 0, lost: [] },
          waiting: [{ id, phase: 'PREPARATION', transitions: 1, since }],
        },
      },
    ]);
    await admin.evict(server, id, { discard: true });
    expect(await admin.unpersisted()).toMatchObject([
      {
        value: {
          ...{ games: 0, oldest: null, waiting: [], lost_transitions: 1 },
          lost: [{ id, transitions: 1, since, at: since, why: 'discarded' }],
        },
      },
    ]);
  });
});

const errorIn = async (response: Response) => adminErrorSchema.parse(await response.json()).error;

describe('the admin handler', () => {
  const ask = async (path: string, init: RequestInit = {}) => {
    const { handler } = await serving();
    const headers = { authorization: `Bearer ${token}` };
    return handler(new Request(`http://one/admin/${path}`, { headers, ...init }));
  };
  const errorOf = async (response: Response) => [response.status, (await errorIn(response)).code];

  it.each(['', 'Bearer', 'Bearer a toke', 'Bearer a tokens', 'a token'])(
    'turns %j away',
    async (authorization) => {
      const headers = authorization === '' ? {} : { authorization };
      expect(await errorOf(await ask('unpersisted', { headers }))).toEqual([401, 'unauthorized']);
    },
  );

  it('has the client say which variable to check', async () => {
    const { handler } = await serving();
    expect(await clientOf(handler, 'wrong').unpersisted()).toMatchObject([
      { fault: { code: 'platform-failed', next: 'Check STATE_ADMIN_TOKEN' } },
    ]);
  });

  it.each([
    ['nothing', {}],
    ['games', {}],
    ['games/a/b/c', {}],
    ['games/a/snapshot', {}],
    ['cache/x', {}],
    ['cache', { method: 'DELETE' }],
    ['games/find', { method: 'PUT', body: '{}' }],
  ])('has no call %s %o', async (path, init) => {
    expect(await errorOf(await ask(path, init))).toEqual([404, 'no-such-call']);
  });

  it.each([
    ['cache', 'PUT', '{'],
    ['cache', 'PUT', '{"games":"many","ttl_seconds":null}'],
    ['games/a/evict', 'POST', '{"discard":"yes"}'],
    ['games/find', 'POST', '{"ids":[""]}'],
    ['games/a/hold', 'POST', '{}'],
    ['games/a/hold', 'POST', '{"seconds":0}'],
    ['games/a/hold', 'POST', '{"seconds":301}'],
    ['games/%FF', 'GET', undefined],
    ['games/', 'GET', undefined],
  ])('refuses what %s does not take', async (path, method, body) => {
    const response = await ask(path, { method, ...(body === undefined ? {} : { body }) });
    expect(await errorOf(response)).toEqual([400, 'wrong-use']);
  });

  it('reads no more of a body than it takes', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    // Node's fetch asks for it; its types do not know it.
    const init = { method: 'PUT', body: endless, duplex: 'half' } as RequestInit;
    expect(await errorOf(await ask('cache', init))).toEqual([413, 'too-large']);
    expect(sent).toBeLessThan(4 << 20);
  });

  it('repeats nothing of what it was sent', async () => {
    const evil = '<script>\u001b[2J';
    const paths = [evil, `games/${evil}`, `games/${evil}/evict`, `games/${evil}/${evil}`];
    for (const path of paths) {
      const body = `{"discard":"${evil}"}`;
      const response = await ask(path, { method: 'POST', body });
      expect(await response.text()).not.toMatch(/script|2J/);
    }
  });

  it('says what storage said, as one safe line', async () => {
    const { engine, handler } = await serving();
    engine.snapshot = async () => {
      throw new Fault('backend-failed', `bad\u001b[2J\n${'x'.repeat(1000)}`);
    };
    const response = await handler(
      new Request(`http://one/admin/games/${id}/snapshot`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      }),
    );
    const { code, message } = await errorIn(response);
    expect([response.status, code]).toEqual([500, 'failed']);
    expect(message).toHaveLength(300);
    expect(safeLine(message)).toBe(message);
  });

  it('needs a token', async () => {
    const { engine } = await serving();
    expect(() => createAdminHandler({ engine, token: '' })).toThrow('needs a token');
  });
});

describe('the admin client', () => {
  const answering = (status: number, body: string) => clientOf(async () => new Response(body, { status }));

  it.each([404, 405, 501])('knows a server without the handler by its %d', async (status) => {
    const admin = answering(status, '<html>Not here</html>');
    expect(await admin.game(id)).toMatchObject([{ server, fault: { code: 'unsupported' } }]);
    expect(await admin.evict(server, id, { discard: false })).toMatchObject({
      kind: 'failed',
      fault: { code: 'unsupported' },
    });
  });

  it('does not call an answer that nobody promised a success, nor an eviction that may have happened failed', async () => {
    const said =
      /^\S+ answered .* the API does not promise: id: is missing; revision: is missing; .*; and 3 more$/;
    expect(await answering(200, '{}').game(id)).toMatchObject([
      { fault: { code: 'platform-failed', message: expect.stringMatching(said) } },
    ]);
    const evicted = await answering(502, 'bad gateway').evict(server, id, { discard: false });
    expect(evicted).toMatchObject({ kind: 'unknown', fault: { code: 'platform-failed' } });
  });

  it('asks with the token of the moment, and says when there is none', async () => {
    const { handler } = await serving();
    const tokens = [token, 'old'];
    const admin = createAdminClient({
      servers: [server],
      token: async () => tokens.shift() ?? Promise.reject(new Fault('io-failed', 'no sandbox')),
      timeoutMs: 1000,
      fetch: (url, init) => handler(new Request(url, init)),
    });
    expect(await admin.game(id)).toMatchObject([{ value: { id } }]);
    expect(await admin.game(id)).toMatchObject([{ fault: { code: 'platform-failed' } }]);
    expect(await admin.game(id)).toMatchObject([{ fault: { code: 'io-failed' } }]);
  });

  it('tells an unreachable server from one that answered', async () => {
    const admin = clientOf(async () => {
      throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    });
    expect(await admin.unpersisted()).toMatchObject([{ fault: { code: 'platform-unreachable' } }]);
    expect(await admin.evict(server, id, { discard: false })).toMatchObject({ kind: 'failed' });
  });
});
