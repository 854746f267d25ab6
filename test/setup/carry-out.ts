/** An action end to end, by the real runner. */
import type { Action, Report } from '../../src/action/action.ts';
import { Confirmed, type PlanDetail } from '../../src/action/plan.ts';
import { createRunner } from '../../src/action/run.ts';
import { systemClock } from '../../src/base/clock.ts';
import { randomHex } from '../../src/base/ids.ts';
import { silent } from './counter-action.ts';
import { tempFolder } from './temp-folder.ts';

const environment = 'staging';

/** Plans and applies; the plan may be disturbed in between. */
export async function carryOut<I, D extends PlanDetail>(
  action: Action<I, D>,
  input: I,
  between: () => Promise<unknown> | unknown = () => {},
  signal = new AbortController().signal,
): Promise<Report> {
  const actor = { user: 'ana', host: 'bastion' };
  const stateDir = tempFolder();
  const clock = systemClock;
  const runner = createRunner({ stateDir, environment, simulated: false, actor, clock, random: randomHex });
  const plan = await runner.prepare(action, input);
  await between();
  return runner.apply(action, Confirmed.byTyping(plan, environment), silent, signal);
}
