import { afterEach, expect, test } from 'vitest';
import { startWalk } from '../../src/runbook/walker.ts';
import { disablePersistence, fakePorts, startMs } from '../setup/console-ports.ts';
import { type ConsoleScreen, openConsole } from '../setup/console-screen.ts';
import { fakeMetrics, readingsOf } from '../setup/fake-metrics.ts';

let screen: ConsoleScreen;
afterEach(() => screen.close());

const enter = '\r';

/** The walk that the console starts in earnest, on figures of which it makes a high error ratio. */
async function walk() {
  const lines: unknown[] = [];
  const ports = fakePorts({
    walk: () =>
      startWalk({
        runbook: disablePersistence,
        metrics: fakeMetrics(() => readingsOf({ errorRatio: 0.241 }, startMs)),
        journal: () => ({ append: async (event, body) => lines.push({ event, ...body }) }),
        clock: ports.clock,
        random: () => 'abcdef',
        actor: { user: 'ops', host: 'bastion' },
        redact: (text) => text,
      }),
  });
  screen = openConsole(ports, { screen: 'runbooks', columns: 160, rows: 40 });
  await screen.shows('walk it');
  screen.send(enter);
  await screen.shows('QUESTION');
  return { lines };
}

test('an action is passed by with a reason, which the record and the way here show', async () => {
  const { lines } = await walk();
  screen.send('1');
  await screen.shows('ACTION');
  screen.send('1');
  await screen.shows('! "Disable persistence" was not done.');
  screen.send(`no server answers${enter}`);
  await screen.shows('CHOICE');
  expect(screen.text()).toContain('! not done: no server answers');
  expect(lines.at(-1)).toMatchObject({ event: 'walk-moved', overrideReason: 'no server answers' });
});

test('the suggested way and the ways of a choice are taken without a reason', async () => {
  const { lines } = await walk();
  screen.send('2');
  await screen.shows('Another way is suggested');
  screen.send(`the cause is known${enter}`);
  await screen.shows('CHOICE');
  screen.send('1');
  await screen.shows('OUTCOME');
  expect(lines).toHaveLength(3);
});
