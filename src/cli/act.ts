/** The one way from the shell to a change: plan, preview, confirmation, run, report. */
import type { Action } from '../action/action.ts';
import { Confirmed, type Plan, type PlanDetail } from '../action/plan.ts';
import { Fault } from '../base/fault.ts';
import { exit, exitOfOutcome } from './exit.ts';
import { doubtLines, planLines, reportLines } from './plan-text.ts';
import { refuseReadOnly } from './read-only.ts';
import { flagOption, textOption, type VerbCall, type VerbResult } from './verb.ts';

/** @param input not called when a saved plan is applied */
export async function act<I, D extends PlanDetail>(
  call: VerbCall,
  open: () => Promise<Action<I, D>>,
  input: () => I,
): Promise<VerbResult> {
  const { world, signal } = call;
  const saved = textOption(call, 'plan');
  // Wrong use is said before a backend is connected or the sandbox started.
  const asked = saved === undefined ? { input: input() } : { saved };
  const action = await open();
  const runner = await world.runner();
  const plan =
    'saved' in asked
      ? await runner.load(action, asked.saved)
      : await runner.prepare(action, asked.input, call.progress.count, signal);
  call.progress.end();
  if (flagOption(call, 'dryRun')) return { exit: exit.done, result: { plan }, text: () => planLines(plan) };
  refuseReadOnly(world, plan);
  const confirmed = await confirm(call, plan);
  signal.addEventListener('abort', () =>
    call.say(['Interrupted: what was done is being verified and recorded …']),
  );
  const report = await runner.apply(action, confirmed, call.progress, signal);
  const { warnings, unverified } = plan;
  return {
    exit: exitOfOutcome[report.outcome],
    result: { report, warnings, unverified },
    text: () => reportLines(report),
  };
}

/** Whoever is not shown the plan hears of its warnings all the same, before anything begins. */
async function confirm<D extends PlanDetail>(call: VerbCall, plan: Plan<D>): Promise<Confirmed<D>> {
  const unasked = unaskedFor(plan, textOption(call, 'confirm'));
  if (unasked) {
    call.say(doubtLines(plan));
    return unasked;
  }
  if (!call.ask) throw notConfirmed(plan);
  const question = [
    ...planLines(plan),
    '',
    `Type ${plan.environment} to apply this, anything else to leave: `,
  ];
  const typed = await call.ask(question.join('\n'));
  if (typed === undefined) throw notConfirmed(plan);
  return Confirmed.byTyping(plan, typed.trim());
}

function unaskedFor<D extends PlanDetail>(plan: Plan<D>, given: string | undefined) {
  if (plan.effect === 'local') return Confirmed.local(plan);
  return given === undefined ? undefined : Confirmed.byTyping(plan, given);
}

function notConfirmed({ id, title, environment }: Plan): Fault {
  return new Fault('unconfirmed', `${title}: not confirmed, nothing was changed`, {
    next: `Look at it with --dry-run, then add --plan ${id} --confirm ${environment}`,
  });
}
