import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.ts';
import { degraded, fakePorts, startMs, status } from '../setup/console-ports.ts';
import { type ConsoleScreen, openConsole } from '../setup/console-screen.ts';

let screen: ConsoleScreen;
afterEach(() => screen.close());

const hostile = 'evil\u001b]0;owned\u0007\u001b[2J\u001b[31m\u202egame';

test('the verdict, what is at stake and the runbook stand at the top left', async () => {
  const ports = fakePorts();
  ports.feeds.status.give(status(degraded));
  screen = openConsole(ports);
  await screen.shows('q quit');
  expect(screen.lines()[0]).toMatch(
    /^ ▲ DEGRADED for 4 min {2}· {2}12 games, 34 s lost if servers restarted now/,
  );
  expect(screen.lines()[1]).toMatch(/^ o opens runbook disable-persistence {2}sandbox {2}SIMULATED/);
});

test('a verdict that was so from the first look is dated with "at least"', async () => {
  screen = openConsole(fakePorts());
  await screen.shows(/^ ● HEALTHY for at least 2 min/);
});

test('before the first reading the verdict is unknown, and says why', async () => {
  const ports = fakePorts();
  screen = openConsole({ ...ports, feeds: { ...ports.feeds, status: fakeEmpty(ports.feeds.status) } });
  await screen.shows(/^ \? UNKNOWN: first reading under way/);
  expect(screen.text()).not.toMatch(/HEALTHY/);
});

test('when the status cannot be read the old verdict is named as old, and figures are marked stale', async () => {
  const ports = fakePorts();
  screen = openConsole(ports);
  await screen.shows('HEALTHY');
  ports.feeds.status.fail(new Fault('platform-unreachable', 'connection refused'), startMs + 14_000);
  await ports.clock.advance(14_000);
  await screen.shows(/^ \? UNKNOWN, HEALTHY 14 s ago: connection refused/);
  await screen.shows(/Transitions +142\/s .* stale 14 s/);
});

test('a signal without data says why and never 0', async () => {
  const ports = fakePorts();
  const { readings } = status();
  if (!readings || readings instanceof Fault) throw new Error('the fixture has readings');
  const signals = {
    ...readings.signals,
    errorRatio: { kind: 'none' as const, why: 'no traffic in the last minute' },
  };
  ports.feeds.status.give(status({ readings: { ...readings, signals } }));
  screen = openConsole(ports);
  await screen.shows(/Error ratio +no data +no traffic in the last minute/);
});

test('metrics that cannot be read leave the old figures, marked', async () => {
  const ports = fakePorts();
  screen = openConsole(ports);
  await screen.shows(/Error ratio +0.04 %/);
  ports.feeds.status.give(
    status({ readings: new Fault('platform-unreachable', 'no target answered') }),
    startMs + 3000,
  );
  await ports.clock.advance(3000);
  await screen.shows(/Error ratio +0.04 % .* stale 3 s/);
});

test('everything essential is on a screen of 80 by 24', async () => {
  const ports = fakePorts();
  ports.feeds.status.give(status(degraded));
  screen = openConsole(ports);
  await screen.shows('q quit');
  for (const word of [
    ...['error ratio 24.1 % (limit 5 %)', 'Transitions', 'Error ratio', 'p50', 'p95', 'p99', 'Cache hits'],
    ...[
      'Active games',
      'TURN 210',
      'Storage used',
      'Snapshots',
      'Recoveries',
      'Breakers',
      'recovery 50 %',
      ' now',
    ],
  ]) {
    expect(screen.text()).toContain(word);
  }
});

test('a large screen shows a box a panel and nothing taller than itself', async () => {
  screen = openConsole(fakePorts(), { columns: 200, rows: 60 });
  await screen.shows('q quit');
  expect(screen.text()).toMatch(/┌─ Transitions ─+ <1 s ─┐/);
  expect(screen.lines()).toHaveLength(60);
  expect(screen.tallest).toBeLessThanOrEqual(60);
});

test('a screen of 40 by 10 shows verdict, loss, reasons and keys', async () => {
  const ports = fakePorts();
  ports.feeds.status.give(status(degraded));
  screen = openConsole(ports, { columns: 40, rows: 10 });
  await screen.shows('? all keys');
  expect(screen.text()).toMatch(/DEGRADED[\s\S]*12 games, 34 s lost[\s\S]*error ratio 24.1 %/);
  expect(screen.tallest).toBeLessThanOrEqual(10);
});

test('text from outside is shown escaped and does nothing to the terminal', async () => {
  const ports = fakePorts();
  ports.feeds.status.give(status({ ...degraded, reasons: [{ severity: 'critical', text: hostile }] }));
  screen = openConsole(ports);
  await screen.shows('evil\\u{1b}]0;owned\\u{7}');
  expect(screen.text()).toContain('\\u{202e}game');
  expect(screen.text()).toContain('Transitions');
  expect(screen.title).toBe('');
});

describe.each([
  [200, 60],
  [80, 24],
  [40, 10],
])('on %i by %i', (columns, rows) => {
  const firstLine = async (environment: string) => {
    const ports = fakePorts({ environment });
    ports.feeds.status.give(status(degraded));
    screen = openConsole(ports, { columns, rows });
    await screen.shows('DEGRADED');
    return screen.lines()[0] ?? '';
  };

  test('production has a bar with the word before all else', async () => {
    expect(await firstLine('production')).toMatch(/^ {2}PRODUCTION {2}▲ DEGRADED/);
  });

  test('a name that is not known as harmless counts as production', async () => {
    expect(await firstLine('eu')).toMatch(/^ {2}PRODUCTION eu {2}▲ DEGRADED/);
  });

  test('an environment without end leaves room for the verdict', async () => {
    expect(await firstLine('x'.repeat(64))).toContain('▲ DEGRADED');
  });

  test('staging is calm', async () => {
    expect(await firstLine('staging')).toMatch(/^ ▲ DEGRADED/);
    expect(screen.text()).not.toContain('PRODUCTION');
    expect(screen.text()).toContain('staging');
  });
});

test.each([
  [200, 60],
  [80, 24],
  [40, 10],
])('with ASCII asked for, nothing else is drawn on %i by %i', async (columns, rows) => {
  const ports = fakePorts({ points: () => [{ atMs: startMs - 1000, value: 3 }] });
  ports.feeds.status.give(status(degraded));
  screen = openConsole(ports, { ascii: true, columns, rows });
  await screen.shows(/q quit|all keys/);
  expect(screen.text()).toMatch(/^[\x20-\x7e\n]*$/);
});

test('a shrinking terminal is drawn again without remains', async () => {
  screen = openConsole(fakePorts(), { columns: 200, rows: 60 });
  await screen.shows('┌─ Flags');
  screen.resize(80, 24);
  await screen.shows('by phase');
  await screen.shows('q quit');
  expect(screen.text()).not.toContain('┌');
  expect(screen.lines()[0]).toMatch(/^ ● HEALTHY/);
  expect(screen.lines()[23]).toContain('q quit');
  expect(screen.tallest).toBeLessThanOrEqual(24);
});

test('Ctrl-L draws the whole screen again', async () => {
  screen = openConsole(fakePorts());
  await screen.shows('q quit');
  const before = screen.text();
  screen.send('\u000c');
  await screen.shows('q quit');
  await expect.poll(() => screen.text()).toBe(before);
});

test('q ends the console and gives the terminal its screen back', async () => {
  screen = openConsole(fakePorts());
  await screen.shows('q quit');
  expect(screen.alternate).toBe(true);
  screen.send('q');
  await screen.ended;
  expect(screen.alternate).toBe(false);
});

test('what a screen throws restores the terminal and rejects', async () => {
  const ports = fakePorts();
  const broken = {
    ...status(),
    get reasons(): never {
      throw new Error('boom');
    },
  };
  screen = openConsole(ports);
  await screen.shows('q quit');
  ports.feeds.status.give(broken);
  await expect(screen.ended).rejects.toThrow('boom');
  expect(screen.alternate).toBe(false);
});

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'])(
  '%s restores the terminal and rejects as interrupted',
  async (name) => {
    screen = openConsole(fakePorts());
    await screen.shows('q quit');
    screen.signals.emit(name, name);
    await expect(screen.ended).rejects.toMatchObject({ code: 'interrupted' });
    expect(screen.alternate).toBe(false);
  },
);

/** A feed before its first reading. */
function fakeEmpty<T extends object>(feed: T): T {
  return { ...feed, state: () => empty };
}
const empty = { latest: undefined, last: undefined, paused: false };

test.each([
  [80, 24],
  [40, 10],
])('a console that reads from a replica says so at %d by %d', async (columns, rows) => {
  screen = openConsole(fakePorts({ readsReplica: true }), { columns, rows });
  await screen.shows('REPLICA');
});
