import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Confirmed, type Plan } from '../../../src/action/plan.ts';
import { createRunner } from '../../../src/action/run.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { createScrapeSource } from '../../../src/metrics/source/scrape.ts';
import type { MetricSource, Reading, Readings } from '../../../src/metrics/source.ts';
import type { RollbackDetail } from '../../../src/rollback/detail.ts';
import { flagsStillOn } from '../../../src/rollback/off.ts';
import { rollbackAction } from '../../../src/rollback/rollback.ts';
import { readRollbackStatus } from '../../../src/rollback/status.ts';
import { silent } from '../../setup/counter-action.ts';
import { type FakeServer, fakeServer, flagFleet, flags, room, serverFaults } from '../../setup/flag-fleet.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const live = () => new AbortController().signal;

function world(servers: readonly FakeServer[], has: { metrics?: MetricSource } = {}) {
  const clock = virtualClock();
  const fleet = flagFleet(servers);
  const runner = createRunner({
    stateDir: tempFolder(),
    environment: 'staging',
    simulated: false,
    actor: { user: 'ana', host: 'bastion' },
    clock,
    random: randomHex,
  });
  const action = rollbackAction({
    flags: fleet.store,
    platform: fleet.platform,
    metrics: has.metrics,
    clock,
  });
  const plan = () => runner.prepare(action, { reason: 'errors at 30 %' });
  const apply = async (planned?: Plan<RollbackDetail>) =>
    runner.apply(action, Confirmed.byTyping(planned ?? (await plan()), 'staging'), silent, live());
  const status = () =>
    readRollbackStatus({ flags: fleet.store, audit: runner.audit, reports: runner.reports });
  return { clock, fleet, runner, action, plan, apply, status };
}

const everyFlagOff = (servers: readonly FakeServer[]) =>
  servers.every((server) => flagsStillOn(server.flags).length === 0);

describe('the preview', () => {
  test('has a row for each flag and server, in the order in which flags may go off', async () => {
    const { plan } = world([fakeServer('a'), fakeServer('b', { flags: flags('off') })]);
    expect((await plan()).changes).toEqual([
      { target: 'enable_state_recovery on a', effect: 'update', from: 'on 100 %', to: 'off' },
      { target: 'enable_state_recovery on b', effect: 'unchanged', from: 'off', to: 'off' },
      { target: 'enable_state_snapshots on a', effect: 'update', from: 'on 100 %', to: 'off' },
      { target: 'enable_state_snapshots on b', effect: 'unchanged', from: 'off', to: 'off' },
      { target: 'use_state_persistence on a', effect: 'update', from: 'on 100 %', to: 'off' },
      { target: 'use_state_persistence on b', effect: 'unchanged', from: 'off', to: 'off' },
    ]);
  });

  test('writes nothing', async () => {
    const { plan, fleet } = world([fakeServer('a')]);
    await plan();
    expect(fleet.writes).toEqual([]);
  });

  test('says how many live games are unpersisted from then on', async () => {
    const rooms = [room('r1'), room('r2'), room('over', 'GAME_OVER')];
    const { plan } = world([fakeServer('a', { rooms })]);
    expect((await plan()).warnings.join()).toMatch(/^2 games live now/);
  });

  test('names a server that it could not read, and what it could not check', async () => {
    const { plan } = world([fakeServer('a'), fakeServer('b', { fault: 'down' })]);
    const { changes, warnings, unverified } = await plan();
    expect(changes.find(({ target }) => target === 'use_state_persistence on b')).toMatchObject({
      why: expect.stringContaining('b did not answer'),
    });
    expect(warnings.join()).toContain('b cannot be read');
    expect(unverified).toEqual(expect.arrayContaining(['The flags of b', 'The health of b']));
    expect(unverified.join()).toContain('Whether state writes stop');
  });

  test.each([
    ['no reason', [fakeServer('a')], ' ', 'wrong-use'],
    ['no server', [], 'x', 'config-invalid'],
    ['no server that answers', [fakeServer('a', { fault: 'down' })], 'x', 'platform-unreachable'],
  ] as const)('is refused with %s', async (_, servers, reason, code) => {
    const { runner, action } = world(servers);
    await expect(runner.prepare(action, { reason })).rejects.toMatchObject({ code });
  });
});

describe('a rollback', () => {
  test('of a healthy fleet is done, and proved on every server', async () => {
    const servers = [fakeServer('a'), fakeServer('b', { flags: flags(25) })];
    const { apply, fleet } = world(servers);
    const report = await apply();
    expect(everyFlagOff(servers)).toBe(true);
    expect(report.outcome).toBe('done');
    expect(report.steps.map(({ state }) => state.kind)).toEqual(['done', 'done']);
    expect(report.checks.map(({ name, kind }) => [name, kind])).toEqual([
      ['flags off on a', 'pass'],
      ['flags off on b', 'pass'],
      ['health of a', 'pass'],
      ['health of b', 'pass'],
      ['state writes have stopped', 'pass'],
    ]);
    expect(fleet.writes).toHaveLength(1);
  });

  test('of a fleet that is off already changes nothing', async () => {
    const { apply } = world([fakeServer('a', { flags: flags('off') })]);
    const report = await apply();
    expect(report.steps[0]?.state.kind).toBe('unchanged');
    expect(report.outcome).toBe('done');
  });

  test('of which the second run finds nothing to change', async () => {
    const { apply, plan } = world([fakeServer('a')]);
    await apply();
    expect((await plan()).changes.every(({ effect }) => effect === 'unchanged')).toBe(true);
  });

  test('is refused when a flag has changed since the preview', async () => {
    const servers = [fakeServer('a')];
    const { apply, plan, fleet } = world(servers);
    const planned = await plan();
    for (const server of servers) server.flags = flags(50);
    await expect(apply(planned)).rejects.toMatchObject({ code: 'stale' });
    expect(fleet.writes).toEqual([]);
  });

  test('waits for a server that shows the change late', async () => {
    const { apply } = world([fakeServer('a', { fault: 'late' })]);
    expect(await apply()).toMatchObject({ outcome: 'done' });
  });

  test('whose answer was cut reads the flags instead, and goes on', async () => {
    const { apply } = world([fakeServer('a', { fault: 'cut' })]);
    const report = await apply();
    expect(report.steps[0]?.state.kind).toBe('done');
    expect(report.outcome).toBe('done');
  });

  test('whose answer was lost and that is not seen is unknown, and nothing runs after it', async () => {
    const { apply } = world([fakeServer('a', { fault: 'lost' })]);
    const { steps } = await apply();
    expect(steps.map(({ state }) => state.kind)).toEqual(['unknown', 'not-run']);
  });

  test.each([
    ['ignores the write', 'ignores', 'fail'],
    ['refuses the write', 'refuses', 'fail'],
    ['loses the write without an answer', 'lost', 'fail'],
    ['is down', 'down', 'inconclusive'],
  ] as const)('is partial when one server %s, and names it', async (_, fault, kind) => {
    const { apply } = world([fakeServer('a'), fakeServer('b', { fault })]);
    const report = await apply();
    expect(report.outcome).toBe('partial');
    expect(report.checks.find(({ name }) => name === 'flags off on a')?.kind).toBe('pass');
    expect(report.checks.find(({ name }) => name === 'flags off on b')?.kind).toBe(kind);
  });

  test('is failed when no server took the write', async () => {
    const { apply } = world([fakeServer('a', { fault: 'refuses' })]);
    expect(await apply()).toMatchObject({ outcome: 'failed' });
  });

  test('is not done on a server that was not read before, though it is off now', async () => {
    const servers = [fakeServer('a'), fakeServer('b', { fault: 'down', flags: flags('off') })];
    const { action, plan } = world(servers);
    const planned = await plan();
    for (const server of servers) Object.assign(server, { fault: 'none', flags: flags('off') });
    const checks = await action.verify(planned, () => {});
    expect(checks.find(({ name }) => name === 'flags off on b')).toMatchObject({ kind: 'inconclusive' });
  });

  test('is partial when a server stays unhealthy', async () => {
    const { apply } = world([fakeServer('a', { healthy: false })]);
    const report = await apply();
    expect(report.checks).toContainEqual(expect.objectContaining({ name: 'health of a', kind: 'fail' }));
    expect(report.outcome).toBe('partial');
  });

  test('does not wait for writes to stop where flags are still on', async () => {
    const { apply } = world([fakeServer('a', { fault: 'ignores' })]);
    const { checks } = await apply();
    expect(checks.at(-1)).toMatchObject({ kind: 'inconclusive', found: 'not measured: flags are still on' });
  });

  test('that was interrupted while it read is interrupted, not stale or unreachable', async () => {
    const { runner, action, plan, fleet } = world([fakeServer('a')]);
    const planned = await plan();
    const stop = new AbortController();
    fleet.store.read = async () => {
      stop.abort();
      return { atMs: 0, servers: [{ server: 'a', fault: new Fault('interrupted', 'Interrupted') }] };
    };
    const confirmed = Confirmed.byTyping(planned, 'staging');
    await expect(runner.apply(action, confirmed, silent, stop.signal)).rejects.toThrow(/aborted/);
    await expect(action.draft({ reason: 'x' }, undefined, stop.signal)).rejects.toThrow(/aborted/);
    expect(fleet.writes).toEqual([]);
  });

  test('that was interrupted after the write says what the servers then had', async () => {
    const { runner, action, plan, fleet } = world([fakeServer('a')]);
    const planned = await plan();
    const stop = new AbortController();
    const { write } = fleet.store;
    fleet.store.write = async (update, signal) => {
      const rows = await write(update, signal);
      stop.abort();
      return rows;
    };
    const report = await runner.apply(action, Confirmed.byTyping(planned, 'staging'), silent, stop.signal);
    expect(report.outcome).toBe('interrupted');
    expect(report.steps.map(({ state }) => state.kind)).toEqual(['done', 'not-run']);
    expect(report.checks[0]).toMatchObject({ name: 'flags off on a', kind: 'pass' });
  });

  test('needs several healthy answers in a row', async () => {
    const server = fakeServer('a');
    const { apply, fleet } = world([server]);
    let asked = 0;
    const { health } = fleet.platform;
    fleet.platform.health = async (signal) => {
      asked += 1;
      server.healthy = asked !== 4;
      return health(signal);
    };
    expect(await apply()).toMatchObject({ outcome: 'done' });
    // Once by the preview, two good ones, a bad one, three good ones.
    expect(asked).toBe(7);
  });
});

describe('that state writes have stopped', () => {
  const windowMs = 5_000;
  type Seen = Partial<Readings> & { transitions: Reading; storageWrites: Reading };

  function metricsOf(clock: { now(): number }, read: () => Seen): MetricSource {
    const none = { kind: 'none', why: 'not used' } as const;
    return {
      name: 'fake metrics',
      history: () => [],
      async read() {
        const { transitions, storageWrites, ...rest } = read();
        const signals = new Proxy(
          { transitions, storageWrites },
          { get: (given, id) => Reflect.get(given, id) ?? none },
        );
        // Holds: the proxy answers for every signal.
        return {
          atMs: clock.now(),
          windowMs,
          targets: [{ target: 'a', coveredMs: windowMs }],
          ...rest,
          signals: signals as Readings['signals'],
        };
      },
    };
  }

  async function check(read: (() => Seen) | undefined) {
    const clock = virtualClock();
    const fleet = flagFleet([fakeServer('a', { flags: flags('off'), rooms: [room('r')] })]);
    const metrics = read && metricsOf(clock, read);
    const action = rollbackAction({ flags: fleet.store, platform: fleet.platform, metrics, clock });
    const { detail, ...draft } = await action.draft({ reason: 'x' });
    const checks = await action.verify({ ...draft, detail } as Parameters<typeof action.verify>[0], () => {});
    return checks.at(-1);
  }

  const perSecond = (value: number): Reading => ({ kind: 'value', value });
  const still = { transitions: perSecond(2), storageWrites: perSecond(0) };

  test('is a pass when games move and none is sent to storage for a whole window after the change', async () => {
    expect(await check(() => still)).toMatchObject({ kind: 'pass' });
  });

  test('is a failure while writes are attempted, also when an outage lets none succeed', async () => {
    expect(await check(() => ({ ...still, storageWrites: perSecond(1) }))).toMatchObject({ kind: 'fail' });
  });

  test.each([
    ['no game moves', () => ({ ...still, transitions: perSecond(0) })],
    [
      'there is no data',
      () => ({ ...still, storageWrites: { kind: 'none', why: 'needs two scrapes' } as const }),
    ],
    ['the figures are from before the change', () => ({ ...still, atMs: 0 })],
    [
      'a target did not answer',
      () => ({
        ...still,
        targets: [{ target: 'a', fault: new Fault('platform-unreachable', 'no') }],
      }),
    ],
    [
      'a target was not watched for all of the window',
      () => ({
        ...still,
        targets: [
          { target: 'a', coveredMs: windowMs },
          { target: 'b', coveredMs: windowMs - 1 },
        ],
      }),
    ],
    ['it is not known what a target covers', () => ({ ...still, targets: [{ target: 'a' }] })],
    [
      'the metrics cannot be read',
      () => {
        throw new Fault('platform-unreachable', 'no target answered');
      },
    ],
    ['there are no metrics', undefined],
  ] as const)('is inconclusive when %s', async (_, read) => {
    expect(await check(read)).toMatchObject({ name: 'state writes have stopped', kind: 'inconclusive' });
  });
});

describe('that state writes have stopped, over real scrapes', () => {
  /** Servers whose metrics fail, or show one more move at each read. */
  function scraped(exposed: Record<string, (read: number) => 'fails' | 'ok' | 'unpersisted'>) {
    const clock = virtualClock();
    const reads: Record<string, number> = {};
    const fetch = async (url: string) => {
      const read = (reads[url] ?? 0) + 1;
      reads[url] = read;
      const outcome = exposed[new URL(url).hostname]?.(read) ?? 'fails';
      if (outcome === 'fails') return new Response('', { status: 503 });
      const writes = outcome === 'ok' ? read : 1;
      return new Response(
        `state_transitions_total{outcome="${outcome}"} ${read}\nstate_operation_duration_seconds_count{operation="append"} ${writes}\n`,
      );
    };
    const names = Object.keys(exposed);
    const targets = names.map((name) => `http://${name}/metrics`);
    const metrics = createScrapeSource({ targets, clock, fetch, windowMs: 5_000 });
    const servers = names.map((name) => fakeServer(name, { flags: flags('off'), rooms: [room(name)] }));
    const fleet = flagFleet(servers);
    return { clock, metrics, flags: fleet.store, platform: fleet.platform };
  }

  async function check(exposed: Parameters<typeof scraped>[0], limitMs: number) {
    const { clock, ...parts } = scraped(exposed);
    const writes = { intervalMs: 1_000, limitMs };
    const action = rollbackAction({ ...parts, clock, settings: { writes } });
    const { detail, ...draft } = await action.draft({ reason: 'x' });
    const checks = await action.verify({ ...draft, detail } as Parameters<typeof action.verify>[0], () => {});
    return checks.at(-1);
  }

  test('is a pass when every server has been watched for a window', async () => {
    const still = () => 'unpersisted' as const;
    expect(await check({ a: still, b: still }, 10_000)).toMatchObject({ kind: 'pass' });
  });

  test('is no pass when one that still persists answered for the first time', async () => {
    const late = (read: number) => (read > 6 ? 'ok' : 'fails');
    const seen = await check({ a: () => 'unpersisted', b: late }, 6_000);
    expect(seen).toMatchObject({ kind: 'inconclusive', found: expect.stringContaining('http://b/metrics') });
  });

  test('is a failure once that one has been seen to persist', async () => {
    const late = (read: number) => (read > 6 ? 'ok' : 'fails');
    expect(await check({ a: () => 'unpersisted', b: late }, 20_000)).toMatchObject({ kind: 'fail' });
  });
});

describe('whatever the fleet does', () => {
  const serverArb = fc.record({
    percentage: fc.constantFrom<'off' | number>('off', 0, 1, 50, 100),
    fault: fc.oneof({ weight: 3, arbitrary: fc.constant('none' as const) }, fc.constantFrom(...serverFaults)),
    later: fc.oneof(
      { weight: 3, arbitrary: fc.constant('as before' as const) },
      fc.constantFrom(...serverFaults),
    ),
    healthy: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean()),
  });

  const enabledFlags = (servers: readonly FakeServer[]) =>
    servers.flatMap((server) => flagsStillOn(server.flags).map((flag) => `${flag} on ${server.name}`));

  test('done means that every flag is off on every server, by exactly the changes of the preview', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(serverArb, { minLength: 1, maxLength: 4 }), async (specs) => {
        const servers = specs.map(({ percentage, fault, healthy }, index) =>
          fakeServer(`s${index}`, { flags: flags(percentage), fault, healthy }),
        );
        const { plan, apply } = world(servers);
        fc.pre(specs.some(({ fault }) => fault !== 'down'));
        const planned = await plan();
        for (const [index, { later }] of specs.entries()) {
          if (later !== 'as before') Object.assign(servers[index] ?? {}, { fault: later });
        }
        const before = enabledFlags(servers);
        const outcome = await apply(planned).then(
          (report) => report.outcome,
          (thrown: Fault) => thrown.code,
        );

        const after = enabledFlags(servers);
        const changed = before.filter((flag) => !after.includes(flag)).sort();
        const updates = planned.changes.filter(({ effect }) => effect === 'update');
        const announced = updates.map(({ target }) => target).sort();
        expect(announced).toEqual(expect.arrayContaining(changed));
        if (outcome === 'stale') expect(changed).toEqual([]);
        if (outcome === 'done') expect([after, changed]).toEqual([[], announced]);
      }),
      { numRuns: 100 },
    );
  }, 30_000);
});

describe('rollback status', () => {
  test.each([
    ['on', [flags(100), flags(100)]],
    ['off', [flags('off'), flags('off')]],
    ['servers-differ', [flags(100), flags(50)]],
  ] as const)('is %s', async (verdict, all) => {
    const { status } = world(all.map((own, index) => fakeServer(`s${index}`, { flags: own })));
    expect(await status()).toMatchObject({ verdict, last: undefined });
  });

  test('is unknown while a server is unread, whatever the others say', async () => {
    const { status } = world([fakeServer('a', { flags: flags('off') }), fakeServer('b', { fault: 'down' })]);
    expect(await status()).toMatchObject({ verdict: 'unknown' });
  });

  test('tells of the last rollback, with the flags from before', async () => {
    const { apply, status } = world([fakeServer('a', { flags: flags(25) })]);
    const report = await apply();
    const { last } = await status();
    expect(last).toMatchObject({ run: report.runId, outcome: 'done', actor: { user: 'ana' } });
    expect(last?.report?.changes[0]).toMatchObject({ from: 'on 25 %' });
  });
});
