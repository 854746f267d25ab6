import { describe, expect, test } from 'vitest';
import type { Step } from '../../../src/action/action.ts';
import { createRunner } from '../../../src/action/run.ts';
import { act } from '../../../src/cli/act.ts';
import type { VerbCall } from '../../../src/cli/verb.ts';
import { counterAction, newCounter, silent } from '../../setup/counter-action.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const doubts = { warnings: ['It may not fit'], unverified: ['Whether anybody plays'] };
const doubtLines = ['Warning: It may not fit', 'Not verified: Whether anybody plays'];

/** @param told what the person hears, and when the target is changed */
function doubtful(told: string[], effect: 'local' | 'target') {
  const counter = counterAction(newCounter());
  const heard = (step: Step): Step => ({
    ...step,
    async run(context) {
      told.push('changed');
      return step.run(context);
    },
  });
  return {
    ...counter,
    effect,
    draft: async (input) => ({ ...(await counter.draft(input)), ...doubts }),
    steps: (plan) => counter.steps(plan).map(heard),
  } satisfies typeof counter;
}

async function acted(effect: 'local' | 'target', how: { confirm?: string; ask?: VerbCall['ask'] }) {
  const told: string[] = [];
  const runner = createRunner({
    ...{ stateDir: tempFolder(), environment: 'staging', simulated: false },
    ...{ actor: { user: 'ana', host: 'bastion' }, clock: virtualClock(), random: () => 'ab12cd' },
  });
  // The rest of a call is not looked at.
  const call = {
    world: { runner: async () => runner, readOnly: false },
    options: { confirm: how.confirm },
    progress: { ...silent, count() {}, end() {} },
    say: (lines: readonly string[]) => told.push(...lines),
    ask:
      how.ask &&
      ((question: string) => {
        told.push(question);
        return how.ask?.(question);
      }),
    signal: new AbortController().signal,
  } as unknown as VerbCall;
  const { exit, result } = await act(
    call,
    async () => doubtful(told, effect),
    () => ({ by: 1 }),
  );
  return { exit, result, told };
}

describe('what a plan warns of and could not verify', () => {
  test('is said before a run that nobody is asked about, and is in its document', async () => {
    for (const [effect, how] of [
      ['local', {}],
      ['target', { confirm: 'staging' }],
    ] as const) {
      const { exit, result, told } = await acted(effect, how);
      expect(told).toEqual([...doubtLines, 'changed']);
      expect({ exit, ...result }).toMatchObject({ exit: 0, report: { outcome: 'done' }, ...doubts });
    }
  });

  test('is said once to whoever is shown the plan and asked', async () => {
    const { told } = await acted('target', { ask: async () => 'staging' });
    expect(told).toEqual([expect.stringContaining(doubtLines.join('\n')), 'changed']);
  });

  test('is not said where nothing begins', async () => {
    await expect(acted('target', { confirm: 'production' })).rejects.toMatchObject({ code: 'unconfirmed' });
  });
});
