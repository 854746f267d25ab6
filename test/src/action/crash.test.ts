import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Disk, disk } from '../../../src/action/disk.ts';
import { Confirmed } from '../../../src/action/plan.ts';
import { createRunner, type Runner } from '../../../src/action/run.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { counterAction, newCounter, silent } from '../../setup/counter-action.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** How far the write comes at which the process dies; nothing is written after it. */
const deaths = ['before', 'halfway', 'after'] as const;
type Death = (typeof deaths)[number];

/** A disk for a process that dies at its write number `at`. */
function dyingDisk(at: number, death: Death): { disk: Disk; writes(): number } {
  let writes = 0;
  const dying =
    (write: (path: string, text: string) => Promise<unknown>, torn: boolean) =>
    async (path: string, text: string): Promise<never> => {
      writes += 1;
      if (writes < at) return (await write(path, text)) as never;
      if (writes === at && death === 'halfway' && torn) await write(path, text.slice(0, text.length / 2));
      if (writes === at && death === 'after') await write(path, text);
      throw new Error('the process is dead');
    };
  return {
    writes: () => writes,
    // A replacement or a claim is never torn: half of it is none of it, or a used plan.
    disk: {
      append: dying(disk.append, true),
      replace: dying(disk.replace, false),
      claim: dying(disk.claim, true),
    },
  };
}

const steps = 3;

async function dieAt(at: number, death: Death) {
  const stateDir = tempFolder();
  const options = {
    stateDir,
    environment: 'staging',
    simulated: false,
    actor: { user: 'ana', host: 'bastion' },
    clock: virtualClock(),
    random: randomHex,
  };
  const counter = newCounter();
  const action = counterAction(counter);
  const survivor = createRunner(options);
  const plan = await survivor.prepare(action, { by: steps });
  const dying = dyingDisk(at, death);
  const report = await createRunner({ ...options, disk: dying.disk })
    .apply(action, Confirmed.byTyping(plan, 'staging'), silent, new AbortController().signal)
    .catch(() => undefined);
  return { stateDir, counter, survivor, action, plan, died: dying.writes() >= at, report };
}

async function endOf(runner: Runner) {
  const ended = (await runner.audit.read()).find(({ event }) => event === 'run-ended');
  return ended?.event === 'run-ended' ? ended.outcome : undefined;
}

/** lock holder, claim, audit, journal, 2 a step, verified, ended, audit, report in two forms */
const writesOfARun = 4 + 2 * steps + 5;

describe('a run that is killed', () => {
  for (let at = 1; at <= writesOfARun; at++) {
    test.each(deaths)(`at write ${at}, %s it, leaves the truth on the disk`, async (death) => {
      const { counter, survivor, died, report } = await dieAt(at, death);
      expect(died).toBe(true);
      expect(report).toBeUndefined();
      expect(await survivor.audit.verify()).toMatchObject({ kind: 'intact' });

      const outcome = await endOf(survivor);
      const [unfinished] = await survivor.unfinishedRuns();
      if (counter.value > 0) expect(outcome ?? unfinished).toBeDefined();
      if (outcome) {
        expect(unfinished).toBeUndefined();
        expect(outcome).toBe('done');
        expect(counter.value).toBe(steps);
      }
      if (unfinished) {
        const states = unfinished.steps.map(({ state }) => state.kind);
        const count = (...kinds: readonly string[]) => states.filter((kind) => kinds.includes(kind)).length;
        expect(counter.value).toBeGreaterThanOrEqual(count('done'));
        expect(counter.value).toBeLessThanOrEqual(count('done', 'unknown'));
      }
    });
  }

  test('has no other write than these', async () => {
    const { died, report } = await dieAt(writesOfARun + 1, 'before');
    expect(died).toBe(false);
    expect(report?.outcome).toBe('done');
  });

  test('leaves a plan that is not used again once the target may have changed', async () => {
    const { survivor, action, plan, counter } = await dieAt(6, 'after');
    counter.value = 0;
    const again = survivor.apply(
      action,
      Confirmed.byTyping(plan, 'staging'),
      silent,
      new AbortController().signal,
    );
    await expect(again).rejects.toMatchObject({ code: 'refused' });
  });
});

test('a run that is going on is not listed as unfinished', async () => {
  const { survivor, action, counter } = await dieAt(100, 'before');
  let listed: number | undefined;
  counter.faults.set(0, async () => {
    listed = (await survivor.unfinishedRuns()).length;
    return { kind: 'done' };
  });
  const plan = await survivor.prepare(action, { by: 1 });
  await survivor.apply(action, Confirmed.byTyping(plan, 'staging'), silent, new AbortController().signal);
  expect(listed).toBe(0);
});

test('a disk that fills up in the middle ends the run, and the fault says what was done', async () => {
  const stateDir = tempFolder();
  const clock = virtualClock();
  let appends = 0;
  const full: Disk = {
    ...disk,
    async append(path, text) {
      appends += 1;
      // The audit, the journal's start, the first step before and after, the second step before: then it is full.
      if (appends > 5) throw new Error('no space left on device');
      await disk.append(path, text);
    },
  };
  const actor = { user: 'ana', host: 'bastion' };
  const runner = createRunner({
    stateDir,
    environment: 'staging',
    simulated: false,
    actor,
    clock,
    random: randomHex,
    disk: full,
  });
  const counter = newCounter();
  const action = counterAction(counter);
  const plan = await runner.prepare(action, { by: 3 });
  const applied = runner.apply(
    action,
    Confirmed.byTyping(plan, 'staging'),
    silent,
    new AbortController().signal,
  );
  await expect(applied).rejects.toMatchObject({
    code: 'io-failed',
    message: expect.stringMatching(
      /ended "partial".*Raise to 1: done; Raise to 2: done; Raise to 3: not-run/,
    ),
  });
  expect(counter.value).toBe(2);
  expect(readFileSync(join(stateDir, 'staging', 'audit', 'audit.jsonl'), 'utf8')).not.toContain('run-ended');
});
