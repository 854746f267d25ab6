import { readFile } from 'node:fs/promises';
import { Confirmed, type Plan, type PlanDetail } from '../../action/plan.ts';
import { asFault, Fault } from '../../base/fault.ts';
import type { Walk, WalkState } from '../../runbook/walk.ts';
import { exit } from '../exit.ts';
import { takeFirstScrape } from '../first-scrape.ts';
import { planLines, reportLines } from '../plan-text.ts';
import { refuseReadOnly } from '../read-only.ts';
import { textArgument, textOption, type VerbCall, type VerbRun } from '../verb.ts';
import { nodeLines, promptOf, summary, summaryLines } from '../walk-text.ts';

/** Gives the next answer, or undefined when there is nobody left to give one. */
type Answer = (question: string) => Promise<string | undefined>;

export const run: VerbRun = async (call) => {
  const answer = await answersOf(call);
  const { id } = (await call.world.runbooks()).get(textArgument(call, 0) ?? '');
  await takeFirstScrape(call.world, call.signal);
  const walk = await call.world.startWalk(id, call.signal);
  try {
    while (!walk.state().ended) {
      call.say(nodeLines(walk.state(), call.world.clock.now()));
      await move(call, walk, answer);
    }
    const state = walk.state();
    call.say(nodeLines(state, call.world.clock.now()));
    return { exit: exit.done, result: summary(state), text: () => summaryLines(state) };
  } finally {
    await walk.close();
  }
};

/** One answer, one move. A mistake is explained and asked again at a terminal; in a script it ends the walk. */
async function move(call: VerbCall, walk: Walk, answer: Answer): Promise<void> {
  const state = walk.state();
  const given = await answer(promptOf(state));
  if (given === undefined || given === 'q') throw left(state);
  try {
    if (given === 'b') await walk.back(call.signal);
    else if (given === 'r') await walk.refresh(call.signal);
    else if (state.node.kind === 'action' && given === 'y') await doAction(call, walk, answer);
    else await takeWay(call, walk, answer, given);
  } catch (thrown) {
    if (!call.ask || call.signal.aborted) throw thrown;
    const fault = asFault(thrown);
    call.say([fault.message, ...(fault.next ? [fault.next] : [])]);
  }
}

async function takeWay(call: VerbCall, walk: Walk, answer: Answer, given: string): Promise<void> {
  const { ways } = walk.state();
  const way =
    ways.length === 1 && given === ''
      ? ways[0]
      : (ways[Number(given) - 1] ?? ways.find(({ label }) => label === given));
  if (!way) {
    throw new Fault('wrong-use', `"${given}" is no way on from here`, {
      next: `Answer 1 to ${ways.length}, b, r or q`,
    });
  }
  const reason = way.needsReason ? await answer('Why not as suggested? ') : undefined;
  if (reason === 'q') throw left(walk.state());
  await walk.take(way.goto, reason, call.signal);
}

/** Previewed, confirmed and run as its own verb would; the walk goes on with what became of it. */
async function doAction(call: VerbCall, walk: Walk, answer: Answer): Promise<void> {
  const { world, signal } = call;
  const rollback = await world.actions['rollback run']();
  const runner = await world.runner();
  const state = walk.state();
  const plan = await runner.prepare(
    rollback,
    { reason: `runbook ${state.runbook.id}, run ${state.runId}` },
    undefined,
    signal,
  );
  call.say(planLines(plan));
  const report = await runner.apply(rollback, await confirm(call, plan, answer), call.progress, signal);
  call.say(reportLines(report));
  await walk.acted(report.outcome, report.runId, signal);
}

async function confirm<D extends PlanDetail>(
  call: VerbCall,
  plan: Plan<D>,
  answer: Answer,
): Promise<Confirmed<D>> {
  refuseReadOnly(call.world, plan);
  const typed = textOption(call, 'confirm') ?? (await answer(`Type ${plan.environment} to apply this: `));
  return Confirmed.byTyping(plan, typed?.trim() ?? '');
}

async function answersOf(call: VerbCall): Promise<Answer> {
  const path = textOption(call, 'answers');
  const { ask } = call;
  if (path === undefined) return ask ?? (async () => undefined);
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new Fault('not-found', `Cannot read the answers: ${cause.message}`, {
      next: 'Give --answers a text file',
      cause,
    });
  });
  const lines = text.replace(/\n$/, '').split('\n').values();
  return async (question) => {
    const { value, done } = lines.next();
    if (done) return undefined;
    call.say([`${question}${value}`]);
    return value.trim();
  };
}

function left({ runId, nodeId, node }: WalkState): Fault {
  return new Fault(
    'partial',
    `Left at "${node.title}" (${nodeId}), before an outcome; journal of run ${runId}`,
    {
      next: 'Walk it at a terminal, or give an answer for each node with --answers FILE',
    },
  );
}
