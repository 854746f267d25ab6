import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type AdminHandler,
  createAdminHandler,
  createEngine,
  createExporter,
  type EngineSettings,
  observed,
  openBackend,
  parseGameId,
  productionSettings,
  systemClock,
  withBreaker,
} from '../../src/index.ts';
import { tempFolder } from '../setup/temp-folder.ts';

const settings: EngineSettings = { ...productionSettings, validate: false };

describe('the library', () => {
  it('is all that a game server needs to persist, recover and measure its games', async () => {
    const storage = await openBackend({ kind: 'embedded', folder: tempFolder() }, systemClock);
    onTestFinished(() => storage.close());
    const guarded = withBreaker(storage, systemClock);
    const exporter = createExporter({
      backend: storage.kind,
      strategy: 'hybrid',
      clock: systemClock,
      gauges: {
        activeGames: () => undefined,
        unpersisted: () => engine.unpersisted(),
        breaker: () => guarded.breaker.state().state,
        storage: () => undefined,
      },
    });
    const engine = createEngine({
      backend: observed(guarded, exporter),
      clock: systemClock,
      settings,
      policy: { shouldPersist: () => true, shouldSnapshot: () => true },
      observer: exporter,
    });

    const id = parseGameId('room-1');
    const created = await engine.create(id, { round: 0 }, 'ada');
    if (created.kind !== 'committed') throw new Error(`not committed: ${created.kind}`);
    const move = { type: 'START', to: 'PREPARATION', actor: 'ada', change: { state: { round: 1 } } } as const;
    expect(await engine.append(id, move, created)).toMatchObject({ kind: 'committed', revision: 2 });
    await engine.close();

    const restarted = createEngine({
      backend: storage,
      clock: systemClock,
      settings,
      policy: { shouldPersist: () => true, shouldSnapshot: () => true },
      observer: exporter,
    });
    expect(await restarted.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 2, state: { round: 1 } },
    });
    expect(await exporter.expose()).toMatch(
      /state_transitions_total\{[^}]*to_phase="PREPARATION",outcome="ok"\} 1/,
    );
  });

  it('lets operators see what a server holds, and have it let go', async () => {
    const storage = await openBackend({ kind: 'embedded', folder: tempFolder() }, systemClock);
    onTestFinished(() => storage.close());
    const exporter = createExporter({
      backend: storage.kind,
      strategy: 'hybrid',
      clock: systemClock,
      gauges: {
        activeGames: () => undefined,
        unpersisted: () => engine.unpersisted(),
        breaker: () => undefined,
        storage: () => undefined,
      },
    });
    const engine = createEngine({
      backend: storage,
      clock: systemClock,
      settings,
      policy: { shouldPersist: () => true, shouldSnapshot: () => true },
      observer: exporter,
    });
    const tables = new Set(['room-1']);
    const admin = createAdminHandler({ engine, token: 'secret', onEvict: (id) => void tables.delete(id) });
    const base = await serve(admin);
    await engine.create(parseGameId('room-1'), { round: 0 }, 'ada');

    const ask = async (path: string, method = 'GET') => {
      const headers = { authorization: 'Bearer secret' };
      const response = await fetch(`${base}/admin/${path}`, { method, headers });
      return [response.status, await response.json()];
    };
    expect(await ask('games/room-1')).toMatchObject([200, { revision: 1, state: { round: 0 } }]);
    expect(await ask('games/room-1/evict', 'POST')).toEqual([200, { lost: 0 }]);
    expect(await ask('games/room-1')).toMatchObject([404, { error: { code: 'not-held' } }]);
    expect([...tables]).toEqual([]);
    expect((await fetch(`${base}/admin/unpersisted`)).status).toBe(401);
  });
});

/** A game server of a few lines, with nothing but the admin API. */
async function serve(handler: AdminHandler): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const body = method === 'GET' ? null : new Uint8Array(await buffer(incoming));
    const given = { authorization: headers.authorization ?? '' };
    const response = await handler(new Request(`http://localhost${url}`, { method, headers: given, body }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // Holds: a listening TCP server has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
