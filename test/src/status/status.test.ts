import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { FleetFlags } from '../../../src/flags/store.ts';
import { type Reading, type Readings, type SignalId, signals } from '../../../src/metrics/source.ts';
import { createStatusReader, type StatusSources } from '../../../src/status/gather.ts';
import type { ServerStatus } from '../../../src/status/status.ts';

const nowMs = Date.parse('2026-11-23T03:00:00Z');
const unreachable = new Fault('platform-unreachable', 'no answer in 2 s');

function readingsOf(given: Partial<Record<SignalId, number>>, deadTarget?: Fault): Readings {
  const normal: Partial<Record<SignalId, number>> = {
    errorRatio: 0.0004,
    unpersistedGames: 0,
    unpersistedSeconds: 0,
    breakersOpen: 0,
  };
  const values = { ...normal, ...given };
  const entries = (Object.keys(signals) as SignalId[]).map((id): [SignalId, Reading] => {
    const value = values[id];
    return [id, value === undefined ? { kind: 'none', why: 'no traffic' } : { kind: 'value', value }];
  });
  return {
    atMs: nowMs,
    windowMs: 60_000,
    signals: Object.fromEntries(entries) as Record<SignalId, Reading>,
    targets: [{ target: 'a', ...(deadTarget ? { fault: deadTarget } : {}) }],
  };
}

const on = { enabled: true, percentage: 100 };
const off = { enabled: false, percentage: 0 };

function fleet(...persistence: (typeof on)[]): FleetFlags {
  return {
    atMs: nowMs,
    servers: persistence.map((use_state_persistence, index) => ({
      server: `server-${index}`,
      flags: { use_state_persistence, enable_state_snapshots: on, enable_state_recovery: on },
    })),
  };
}

const server = (given: Partial<ServerStatus> = {}): ServerStatus => ({
  server: 'a',
  healthy: true,
  breaker: { state: 'closed', changedAtMs: nowMs - 3_600_000 },
  ...given,
});

function lookWith(
  given: Partial<StatusSources> & { metrics?: Readings | Fault; servers?: ServerStatus[] } = {},
) {
  const { metrics = readingsOf({}), servers = [server()] } = given;
  return createStatusReader({
    clock: { now: () => nowMs, sleep: async () => {} },
    backend: { location: 'redis://127.0.0.1:6379/0', ping: async () => {} },
    readServers: async () => servers,
    readFlags: async () => fleet(on),
    readMetrics: async () => {
      if (metrics instanceof Fault) throw metrics;
      return metrics;
    },
    ...given,
  });
}

describe('the verdict', () => {
  it('is healthy when everything was read and nothing is over its limit', async () => {
    const status = await lookWith()();
    expect(status).toMatchObject({ verdict: 'healthy', reasons: [], unread: [], runbook: undefined });
    expect(status.unpersisted).toEqual({ games: 0, deferred: 0, oldestSeconds: 0 });
  });

  it('is degraded by an alert condition, named with value, limit and runbook', async () => {
    const status = await lookWith({ metrics: readingsOf({ errorRatio: 0.124 }) })();
    expect(status.verdict).toBe('degraded');
    expect(status.runbook).toBe('disable-persistence');
    expect(status.reasons).toMatchObject([
      {
        alert: 'HighStateErrorRate',
        text: 'Storage operations fail: error ratio 12.4 %, above the limit of 5 %',
      },
    ]);
  });

  it('is not degraded exactly at the limit', async () => {
    expect((await lookWith({ metrics: readingsOf({ errorRatio: 0.05 }) })()).verdict).toBe('healthy');
  });

  it('puts critical reasons before warnings', async () => {
    const status = await lookWith({
      metrics: readingsOf({ latencyP99: 0.4, errorRatio: 0.3, cacheHitRatio: 0.1 }),
    })();
    expect(status.reasons.map((reason) => reason.severity)).toEqual(['critical', 'warning', 'warning']);
  });

  const ping = async () => {
    throw new Fault('backend-unreachable', 'Redis did not answer in 5 s');
  };

  it('is down when the backend does not answer and no server says that it does', async () => {
    const status = await lookWith({ backend: { location: 'redis://h', ping }, servers: [] })();
    expect(status.verdict).toBe('down');
    expect(status.unread.map(({ source }) => source)).toEqual(['redis://h']);
  });

  it('names a table that is missing and what to do, and no runbook, whatever else it leads to', async () => {
    const fault = new Fault('backend-missing', 'There is no table gmaes', { next: 'Check the name' });
    const missing = { location: 'dynamodb', ping: () => Promise.reject(fault) };
    const failing = server({ breaker: { state: 'open', changedAtMs: nowMs }, healthy: false });
    for (const servers of [[], [failing]]) {
      const status = await lookWith({ backend: missing, servers })();
      expect(status).toMatchObject({ verdict: 'down', runbook: undefined });
      expect(status.reasons[0]).toMatchObject({ text: 'There is no table gmaes. Check the name' });
    }
    const { verdict, reasons, runbook } = await lookWith({ backend: missing })();
    expect({ verdict, runbook }).toEqual({ verdict: 'degraded', runbook: undefined });
    expect(reasons[0]?.text).toBe(
      'From here: There is no table gmaes. Game servers still reach their storage. Check the name',
    );
  });

  it('is only degraded when this machine alone cannot reach the backend', async () => {
    const status = await lookWith({ backend: { location: 'redis://h', ping } })();
    expect(status.verdict).toBe('degraded');
    expect(status.runbook).toBeUndefined();
    expect(status.reasons.map(({ text }) => text)).toEqual([
      'From here: Redis did not answer in 5 s. Game servers still reach their storage',
    ]);
  });

  it('is down when every breaker is open, and only degraded when one of two is', async () => {
    const open = server({ breaker: { state: 'open', changedAtMs: nowMs - 90_000 } });
    expect((await lookWith({ servers: [open, open] })()).verdict).toBe('down');
    const metrics = readingsOf({ breakersOpen: 1 });
    expect((await lookWith({ servers: [open, server()], metrics })()).verdict).toBe('degraded');
  });

  it('is down when no server can be reached', async () => {
    const gone = server({ healthy: undefined, breaker: undefined, fault: unreachable });
    expect((await lookWith({ servers: [gone] })()).verdict).toBe('down');
  });

  it('is unknown, with what to do, when it is our own password that is wrong', async () => {
    const denied = async () => {
      throw new Fault('backend-denied', 'Redis refused the password', { next: 'Check REDIS_URL' });
    };
    const status = await lookWith({ backend: { location: 'redis://h', ping: denied }, servers: [] })();
    expect(status).toMatchObject({ verdict: 'unknown', runbook: undefined });
    expect(status.doubts).toContain('not read: Redis refused the password. Check REDIS_URL');
  });

  it('is degraded while persistence is switched off, which is named', async () => {
    const everywhere = await lookWith({ readFlags: async () => fleet(off, off) })();
    expect(everywhere.verdict).toBe('degraded');
    expect(everywhere.reasons[0]?.text).toContain('State persistence is switched off on every server');
    expect(everywhere.runbook).toBeUndefined();
    const failing = await lookWith({
      metrics: readingsOf({ errorRatio: 1 }),
      readFlags: async () => fleet(off),
    })();
    expect(failing.runbook).toBeUndefined();
    const somewhere = await lookWith({ readFlags: async () => fleet(off, on) })();
    expect(somewhere.reasons[0]?.text).toContain('off on 1 of 2 servers');
  });

  it('is unknown, not healthy, when the metrics could not be read', async () => {
    const status = await lookWith({ metrics: unreachable })();
    expect(status.verdict).toBe('unknown');
    expect(status.unread).toEqual([{ source: 'metrics', fault: unreachable }]);
  });

  it('is unknown when there was no traffic to measure', async () => {
    const metrics = readingsOf({});
    const quiet = {
      ...metrics,
      signals: { ...metrics.signals, errorRatio: { kind: 'none', why: 'no traffic' } as const },
    };
    expect(await lookWith({ metrics: quiet })()).toMatchObject({
      verdict: 'unknown',
      doubts: ['Error ratio: no traffic'],
    });
  });

  it('is unknown when no game server is configured', async () => {
    expect(await lookWith({ servers: [] })()).toMatchObject({
      verdict: 'unknown',
      doubts: ['No game servers are configured: set GAME_SERVER_URLS'],
    });
  });
});

describe('what would be lost', () => {
  it('counts unpersisted games, as a reason only once they stay behind', async () => {
    const brief = await lookWith({ metrics: readingsOf({ unpersistedGames: 3, unpersistedSeconds: 1 }) })();
    expect(brief).toMatchObject({ verdict: 'healthy', unpersisted: { games: 3, oldestSeconds: 1 } });
    const lasting = await lookWith({
      metrics: readingsOf({ unpersistedGames: 3, unpersistedSeconds: 42 }),
    })();
    expect(lasting.verdict).toBe('degraded');
    expect(lasting.reasons[0]?.text).toBe('3 games are only in memory, the oldest for 42 s');
  });

  it('counts games that wait by plan, as a reason only once the plan has failed', async () => {
    const readingsAfter = (unpersistedSeconds: number): Readings => {
      const readings = readingsOf({ unpersistedSeconds });
      const unpersistedGames = { kind: 'value', value: 3, by: { 'for-storage': 0, 'by-plan': 3 } } as const;
      return { ...readings, signals: { ...readings.signals, unpersistedGames } };
    };
    const planned = await lookWith({ metrics: readingsAfter(29) })();
    expect(planned).toMatchObject({ verdict: 'healthy', unpersisted: { games: 3, deferred: 3 } });
    expect((await lookWith({ metrics: readingsAfter(60) })()).verdict).toBe('degraded');
  });

  it('is unknown while one target is missing, since its games are not in the sum', async () => {
    expect((await lookWith({ metrics: readingsOf({}, unreachable) })()).unpersisted).toBeUndefined();
  });
});

describe('since when', () => {
  it('is "at least since now" on the first look', async () => {
    expect((await lookWith()()).since).toEqual({ atMs: nowMs, atLeast: true });
  });

  it('goes back to when the breaker tripped', async () => {
    const open = server({ breaker: { state: 'open', changedAtMs: nowMs - 90_000 } });
    expect((await lookWith({ servers: [open] })()).since).toEqual({ atMs: nowMs - 90_000, atLeast: true });
  });

  it('stays while the verdict stays and is exact after a change was seen', async () => {
    let now = nowMs;
    let metrics = readingsOf({});
    const look = lookWith({
      clock: { now: () => now, sleep: async () => {} },
      readMetrics: async () => metrics,
    });
    await look();
    now += 10_000;
    metrics = readingsOf({ errorRatio: 0.5 });
    expect((await look()).since).toEqual({ atMs: nowMs + 10_000, atLeast: false });
    now += 10_000;
    expect((await look()).since).toEqual({ atMs: nowMs + 10_000, atLeast: false });
  });
});

describe('a game that memory and storage moved apart', () => {
  it('keeps the platform from being called healthy, by name, for as long as nobody has chosen', async () => {
    const diverged = [{ id: 'room-1', revision: 9, ahead: 0, stored_revision: 7 }];
    const value = { games: 1, oldest: null, waiting: [], diverged, lost_transitions: 0, lost: [] };
    const status = await lookWith({ readMemory: async () => [{ server: 'a', value }] })();
    expect(status).toMatchObject({
      verdict: 'degraded',
      reasons: [
        {
          severity: 'warning',
          text: 'In memory another way than in storage, and a person must choose: room-1 (revision 9, storage is at 7)',
        },
      ],
    });
  });
});

describe('what memory lost', () => {
  const memoryOf = (at: number, why = 'outlived') => ({
    ...{ games: 0, oldest: null, waiting: [], diverged: [], lost_transitions: 3 },
    lost: [{ id: 'room-1', transitions: 3, since: iso(at - 1), at: iso(at), why }],
  });
  const iso = (atMs: number) => new Date(atMs).toISOString();
  const remembering = (at: number) =>
    lookWith({ readMemory: async () => [{ server: 'a', value: memoryOf(at) }] })();

  it('is a reason by name, while it is news', async () => {
    const status = await remembering(nowMs - 60_000);
    expect(status).toMatchObject({
      verdict: 'degraded',
      reasons: [
        {
          severity: 'warning',
          text: 'Lost, for storage never took them: 3 transitions of room-1 (outlived)',
        },
      ],
    });
  });

  it('is history later, and still told', async () => {
    const status = await remembering(nowMs - 3_600_000);
    expect(status).toMatchObject({ verdict: 'healthy', reasons: [] });
    expect(status.memory).toMatchObject([{ value: { lost_transitions: 3 } }]);
  });

  it('is not known of a server without the admin API, which leaves no source unread', async () => {
    const fault = new Fault('unsupported', 'a has no admin API');
    const status = await lookWith({ readMemory: async () => [{ server: 'a', fault }] })();
    expect(status).toMatchObject({ verdict: 'healthy', unread: [] });
  });

  it('leaves a source unread where the token is wrong', async () => {
    const fault = new Fault('platform-failed', 'a: The token is missing or wrong');
    const status = await lookWith({ readMemory: async () => [{ server: 'a', fault }] })();
    expect(status).toMatchObject({ verdict: 'unknown', unread: [{ source: 'a', fault }] });
  });
});

describe('backups', () => {
  it('are told and judge no platform, also when they cannot be read', async () => {
    const figures = { atMs: nowMs, failures: 2 };
    expect(await lookWith({ readBackups: async () => figures })()).toMatchObject({
      verdict: 'healthy',
      backups: figures,
    });
    const fault = new Fault('not-found', 'The backup location /mnt does not exist yet');
    const unread = await lookWith({ readBackups: () => Promise.reject(fault) })();
    expect(unread).toMatchObject({ verdict: 'healthy', backups: fault, unread: [] });
  });

  it('are left out where nobody asks for them', async () => {
    expect(await lookWith()()).not.toHaveProperty('backups');
  });
});
