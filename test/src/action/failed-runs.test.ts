import { expect, test } from 'vitest';
import { createFailedRuns } from '../../../src/action/failed-runs.ts';
import { Confirmed } from '../../../src/action/plan.ts';
import { createRunner } from '../../../src/action/run.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { counterAction, newCounter, silent } from '../../setup/counter-action.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

function world() {
  const clock = virtualClock();
  const actor = { user: 'ana', host: 'bastion' };
  const at = { stateDir: tempFolder(), environment: 'staging', simulated: false };
  const runner = createRunner({ ...at, actor, clock, random: randomHex });
  const counter = newCounter();
  const action = counterAction(counter);
  const run = async () => {
    const plan = await runner.prepare(action, { by: 1 });
    return runner.apply(action, Confirmed.byTyping(plan, 'staging'), silent, new AbortController().signal);
  };
  return { clock, runner, counter, run };
}

const any = () => true;
const failing = async () => ({ kind: 'failed', fault: new Fault('io-failed', 'disk full') }) as const;

test('tells when each run of the action ended that was not done', async () => {
  const { clock, runner, counter, run } = world();
  const failedRuns = createFailedRuns(runner, 'counter raise', any);
  await run();
  expect(await failedRuns()).toEqual([]);
  counter.faults.set(0, failing);
  await run();
  counter.faults.clear();
  await run();
  expect(await failedRuns()).toEqual([clock.now()]);
  expect(await createFailedRuns(runner, 'backup create', any)()).toEqual([]);
});

test('a run that goes on is no failure; one that nobody saw end counts from its start', async () => {
  const { clock, runner, counter, run } = world();
  const failedRuns = createFailedRuns(runner, 'counter raise', any);
  const meanwhile: unknown[] = [];
  counter.faults.set(0, async () => {
    meanwhile.push(await failedRuns());
    counter.value += 1;
    return { kind: 'done' };
  });
  await run();
  expect(meanwhile).toEqual([[]]);
  const { audit } = runner;
  const [started] = await audit.read();
  if (!started) throw new Error('The run is not in the log');
  const { event: _, atMs: __, hash: ___, ...about } = started;
  await audit.started({ ...about, run: 'killed', lockKey: 'another counter' });
  expect(await failedRuns()).toEqual([clock.now()]);
});

test('counts only those whose plan is wanted, and those whose plan is gone', async () => {
  const { clock, runner, counter, run } = world();
  counter.faults.set(0, failing);
  await run();
  const none = createFailedRuns(runner, 'counter raise', () => false);
  expect(await none()).toEqual([]);
  const there = createFailedRuns(runner, 'counter raise', ({ place }) => place === 'the counter');
  expect(await there()).toEqual([clock.now()]);
  const plan = async () => {
    throw new Fault('not-found', 'It was removed');
  };
  const past = { ...runner.past, plan };
  expect(await createFailedRuns({ ...runner, past }, 'counter raise', () => false)()).toEqual([clock.now()]);
});
