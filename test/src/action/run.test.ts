import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunObserver, StepState } from '../../../src/action/action.ts';
import { acquireLock } from '../../../src/action/lock.ts';
import { Confirmed, type Plan, planDigest } from '../../../src/action/plan.ts';
import { createRunner, type Runner } from '../../../src/action/run.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { counterAction, newCounter, silent } from '../../setup/counter-action.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const live = () => new AbortController().signal;

function world(environment = 'staging') {
  const stateDir = tempFolder();
  const clock = virtualClock();
  const counter = newCounter();
  const action = counterAction(counter);
  const actor = { user: 'ana', host: 'bastion' };
  const options = { stateDir, environment, simulated: false, actor, clock, random: randomHex };
  const runner = createRunner(options);
  const folder = join(stateDir, environment);
  const prepare = (by = 3) => runner.prepare(action, { by });
  const apply = <D extends { from: number; to: number }>(plan: Plan<D>, signal = live(), observer = silent) =>
    runner.apply(action, Confirmed.byTyping(plan, environment), observer, signal);
  return { options, stateDir, folder, clock, counter, action, runner, prepare, apply };
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Fault)) throw new Error(`a Fault was expected, not ${String(thrown)}`);
  return thrown;
}

const outcomes = async (runner: Runner) =>
  (await runner.audit.read()).map((entry) => (entry.event === 'run-ended' ? entry.outcome : entry.event));

describe('preparing', () => {
  test('changes nothing but saves the plan', async () => {
    const { prepare, counter, folder } = world();
    const plan = await prepare();
    expect(counter.value).toBe(0);
    expect(readdirSync(folder)).toEqual(['plans']);
    expect(readdirSync(join(folder, 'plans'))).toEqual([`${plan.id}.json`]);
  });

  test('gives the plan that loading its id or its path gives', async () => {
    const { prepare, runner, action, folder } = world();
    const plan = await prepare();
    expect(await runner.load(action, plan.id)).toEqual(plan);
    expect(await runner.load(action, join(folder, 'plans', `${plan.id}.json`))).toEqual(plan);
  });

  test('keeps an environment with a hostile name inside the state folder', async () => {
    const { prepare, stateDir } = world('../../etc');
    await prepare();
    expect(readdirSync(stateDir)).toHaveLength(1);
  });
});

describe('applying', () => {
  test('runs every step, verifies and is done', async () => {
    const { prepare, apply, counter, runner } = world();
    const report = await apply(await prepare());
    expect(counter.value).toBe(3);
    expect(report.outcome).toBe('done');
    expect(report.steps.map(({ state }) => state.kind)).toEqual(['done', 'done', 'done']);
    expect(report.auditHead).toBe(await runner.audit.head());
    expect(await outcomes(runner)).toEqual(['run-started', 'done']);
    expect(await runner.audit.verify(report.auditHead)).toMatchObject({ kind: 'intact', lines: 2 });
  });

  test('is missed when the audit log is erased or cut: the reports have noted its heads', async () => {
    const { prepare, apply, runner, folder } = world();
    await apply(await prepare());
    await apply(await prepare());
    const path = join(folder, 'audit', 'audit.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${lines.slice(0, 2).join('\n')}\n`);
    expect(await runner.audit.verify()).toMatchObject({ kind: 'broken', line: 3 });
    writeFileSync(path, '');
    expect(await runner.audit.verify()).toMatchObject({ kind: 'broken', line: 1 });
  });

  test('leaves the report for programs and for people', async () => {
    const { prepare, apply, runner } = world();
    const report = await apply(await prepare());
    expect(await runner.reports.load(report.runId)).toEqual(report);
    expect(readFileSync(runner.reports.markdownPath(report.runId), 'utf8')).toContain(
      '# Raise the counter to 3',
    );
  });

  test('uses a plan once', async () => {
    const { prepare, apply, counter } = world();
    const plan = await prepare();
    await apply(plan);
    expect(await faultOf(apply(plan))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('by run'),
    });
    expect(counter.value).toBe(3);
  });

  test('leaves a plan unused when the target could not be compared with it', async () => {
    const { prepare, apply, runner, action, counter } = world();
    const plan = await prepare();
    const unreachable = {
      ...action,
      basis: async () => {
        throw new Fault('backend-unreachable', 'the counter is gone');
      },
    };
    const confirmed = Confirmed.byTyping(plan, 'staging');
    expect(await faultOf(runner.apply(unreachable, confirmed, silent, live()))).toMatchObject({
      code: 'backend-unreachable',
    });
    expect(await apply(plan)).toMatchObject({ outcome: 'done' });
    expect(counter.value).toBe(3);
  });

  test('of two runs of one plan at once changes the target once', async () => {
    const { prepare, apply, counter } = world();
    const plan = await prepare();
    const results = await Promise.allSettled([apply(plan), apply(plan)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(counter.value).toBe(3);
  });

  test('refuses a plan when the target has changed, and changes nothing', async () => {
    const { prepare, apply, counter, runner } = world();
    const plan = await prepare();
    counter.value = 10;
    expect(await faultOf(apply(plan))).toMatchObject({ code: 'stale' });
    expect(counter.value).toBe(10);
    expect(await runner.audit.read()).toEqual([]);
  });

  test('refuses an expired plan', async () => {
    const { prepare, apply, clock } = world();
    const plan = await prepare();
    clock.advance(10 * 60_000);
    expect(await faultOf(apply(plan))).toMatchObject({ code: 'stale' });
  });

  test('refuses a plan of another environment, of the sandbox, and of another action', async () => {
    const { options, prepare, action } = world();
    const confirmed = Confirmed.byTyping(await prepare(), 'staging');
    const elsewhere = createRunner({ ...options, environment: 'production' });
    const sandbox = createRunner({ ...options, simulated: true });
    const other = { ...action, name: 'counter lower' };
    const codes = await Promise.all([
      faultOf(elsewhere.apply(action, confirmed, silent, live())),
      faultOf(sandbox.apply(action, confirmed, silent, live())),
      faultOf(createRunner(options).apply(other, confirmed, silent, live())),
    ]);
    expect(codes.map(({ code }) => code)).toEqual(['refused', 'refused', 'wrong-use']);
  });

  test('refuses a plan that was changed in memory, or that claims to be local', async () => {
    const { prepare, apply, runner, action } = world();
    const plan = await prepare();
    expect(await faultOf(apply({ ...plan, detail: { from: 0, to: 9 } }))).toMatchObject({
      code: 'integrity',
    });
    const { digest: _, ...local } = { ...plan, effect: 'local' as const };
    const confirmed = Confirmed.local({ ...local, digest: planDigest(local) });
    expect(await faultOf(runner.apply(action, confirmed, silent, live()))).toMatchObject({
      code: 'wrong-use',
    });
  });

  test('names who holds the lock', async () => {
    const { prepare, apply, folder, counter } = world();
    const plan = await prepare();
    const holder = { pid: 42, user: 'bo', host: 'bastion', sinceMs: 0, what: 'run x, Raise' };
    const lock = await acquireLock(join(folder, 'locks'), 'counter', holder);
    const fault = await faultOf(apply(plan));
    expect(fault).toMatchObject({ code: 'locked', message: expect.stringContaining('bo (process 42') });
    await lock.release();
    await apply(plan);
    expect(counter.value).toBe(3);
  });

  test('says so when the state folder cannot be written', async () => {
    const { prepare, apply, folder, counter } = world();
    const plan = await prepare();
    writeFileSync(join(folder, 'locks'), 'a file where a folder must be');
    expect(await faultOf(apply(plan))).toMatchObject({ code: 'io-failed', next: expect.any(String) });
    expect(counter.value).toBe(0);
  });

  test('goes on when the observer throws', async () => {
    const { prepare, apply } = world();
    const throws = () => {
      throw new Error('the terminal is gone');
    };
    const broken: RunObserver = { started: throws, step: throws, progress: throws, verifying: throws };
    expect(await apply(await prepare(), live(), broken)).toMatchObject({ outcome: 'done' });
  });
});

describe('a step that does not succeed', () => {
  const failed: StepState = { kind: 'failed', fault: new Fault('backend-failed', 'no') };

  test('fails the run when nothing took effect, and the later steps do not run', async () => {
    const { prepare, apply, counter } = world();
    counter.faults.set(0, async () => failed);
    const report = await apply(await prepare());
    expect(report.outcome).toBe('failed');
    expect(report.steps.map(({ state }) => state.kind)).toEqual(['failed', 'not-run', 'not-run']);
    expect(report.checks).toEqual([{ name: 'counter', kind: 'fail', found: 'it is 0' }]);
  });

  test('makes the run partial when an earlier one took effect', async () => {
    const { prepare, apply, counter } = world();
    counter.faults.set(1, async () => failed);
    expect(await apply(await prepare())).toMatchObject({ outcome: 'partial' });
  });

  test('is unknown when it throws, even if the counter then reads right', async () => {
    const { prepare, apply, counter } = world();
    counter.faults.set(0, async () => {
      counter.value += 1;
      throw new Error('connection reset');
    });
    const report = await apply(await prepare(1));
    expect(report.steps[0]?.state.kind).toBe('unknown');
    expect(report.checks[0]?.kind).toBe('pass');
    expect(report.outcome).toBe('inconclusive');
  });

  test('is partial when a part of it is known and the rest is not', async () => {
    const { prepare, apply, counter } = world();
    counter.faults.set(0, async () => {
      counter.value += 1;
      return { kind: 'unknown', fault: new Fault('partial', '1 of 2 raised; stopped: connection reset') };
    });
    const report = await apply(await prepare(1));
    expect(report.checks[0]?.kind).toBe('pass');
    expect(report.outcome).toBe('partial');
  });
});

describe('Ctrl-C', () => {
  test('reaches the step that runs, keeps later ones from running, and is verified and recorded', async () => {
    const { prepare, apply, counter, runner } = world();
    const stop = new AbortController();
    counter.faults.set(1, async (signal) => {
      stop.abort();
      signal.throwIfAborted();
      return { kind: 'done' };
    });
    const report = await apply(await prepare(), stop.signal);
    expect(report.outcome).toBe('interrupted');
    expect(report.steps.map(({ state }) => state.kind)).toEqual(['done', 'unknown', 'not-run']);
    expect(report.checks).toEqual([{ name: 'counter', kind: 'fail', found: 'it is 1' }]);
    expect(await outcomes(runner)).toEqual(['run-started', 'interrupted']);
  });

  test('before the run starts leaves the plan unused', async () => {
    const { prepare, apply } = world();
    const plan = await prepare();
    await expect(apply(plan, AbortSignal.abort())).rejects.toThrow();
    expect(await apply(plan)).toMatchObject({ outcome: 'done' });
  });
});

describe('verification', () => {
  test('takes as long as there is to read', async () => {
    const { options, prepare, action, clock } = world();
    const runner = createRunner({ ...options, stuckMs: 5_000 });
    const plan = await prepare();
    const verify: typeof action.verify = async (verified, progressed, signal) => {
      for (let batch = 0; batch < 10; batch++) {
        await clock.sleep(4_000, signal);
        progressed();
      }
      return action.verify(verified, progressed, signal);
    };
    const confirmed = Confirmed.byTyping(plan, 'staging');
    expect(await runner.apply({ ...action, verify }, confirmed, silent, live())).toMatchObject({
      outcome: 'done',
    });
  });

  test('that stops answering is inconclusive after its time', async () => {
    const { options, prepare, action } = world();
    const runner = createRunner({ ...options, stuckMs: 5_000 });
    const plan = await prepare();
    const stuck = {
      ...action,
      verify: (_: unknown, progressed: () => void) => {
        progressed();
        return new Promise<never>(() => {});
      },
    };
    const report = await runner.apply(stuck, Confirmed.byTyping(plan, 'staging'), silent, live());
    expect(report.outcome).toBe('inconclusive');
    expect(report.checks[0]?.found).toContain('5000 ms');
  });

  test('without any check is no success', async () => {
    const { prepare, runner, action } = world();
    const plan = await prepare();
    const blind = { ...action, verify: async () => [] };
    const report = await runner.apply(blind, Confirmed.byTyping(plan, 'staging'), silent, live());
    expect(report.outcome).toBe('inconclusive');
  });
});

describe('a saved plan', () => {
  async function saved() {
    const { prepare, runner, action, folder, clock } = world();
    const plan = await prepare();
    const path = join(folder, 'plans', `${plan.id}.json`);
    return { plan, path, clock, load: (reference: string) => faultOf(runner.load(action, reference)) };
  }

  test('that was edited is refused', async () => {
    const { path, plan, load } = await saved();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"to": 3', '"to": 4'));
    expect(await load(plan.id)).toMatchObject({ code: 'integrity' });
  });

  test('that is cut, of a newer version or not there is refused by name', async () => {
    const { path, plan, load } = await saved();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, 100));
    expect(await load(plan.id)).toMatchObject({ code: 'integrity' });
    writeFileSync(path, text.replace('"version": 1', '"version": 2'));
    expect(await load(plan.id)).toMatchObject({ code: 'unsupported' });
    expect(await load('20261123T030000Z-ffffff')).toMatchObject({ code: 'not-found' });
    expect(await load('/nowhere/plan.json')).toMatchObject({ code: 'not-found' });
  });

  test('that has expired is refused', async () => {
    const { plan, clock, load } = await saved();
    clock.advance(10 * 60_000);
    expect(await load(plan.id)).toMatchObject({ code: 'stale' });
  });
});
