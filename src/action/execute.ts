import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { RunId } from '../base/ids.ts';
import { isInterrupted } from '../base/interruptible.ts';
import type { Check, Report, RunObserver, Step, StepOutcome, StepState } from './action.ts';
import type { Audit, RunAbout } from './audit.ts';
import type { Journal } from './journal.ts';
import { outcomeOf, succeeded } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { ReportStore } from './report-store.ts';

interface Execution {
  readonly about: RunAbout;
  readonly runId: RunId;
  readonly plan: Plan;
  readonly steps: readonly Step[];
  readonly verify: (progressed: () => void, signal: AbortSignal) => Promise<readonly Check[]>;
  readonly stuckMs: number;
  readonly audit: Audit;
  readonly journal: Journal;
  readonly reports: ReportStore;
  readonly observer: RunObserver;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** From the intent to the report, for a plan that may run. Throws only when the record could not be kept. */
export async function execute(execution: Execution): Promise<Report> {
  const { about, runId, plan, audit, journal, reports, clock, signal } = execution;
  const observer = unbreakable(execution.observer);
  const startedAtMs = clock.now();
  await audit.started(about);

  const recorder = createRecorder();
  await recorder.keep(() => journal.started(plan));
  observer.started(runId, plan.steps);
  const states = await runSteps(execution, observer, recorder);
  const checks = needsVerifying(states) ? await verify(execution, observer) : [];
  const outcome = outcomeOf(states, checks, isInterrupted(signal));
  await recorder.keep(() => journal.verified(checks));
  await recorder.keep(() => journal.ended(outcome));
  const auditHead = (await recorder.keep(() => audit.ended(about, outcome))) ?? '';

  const { id: planId, action, title, environment, simulated, changes } = plan;
  const report: Report = {
    ...{ runId, planId, action, title, environment, simulated, outcome, changes, checks, auditHead },
    steps: states.map((state, index) => ({ name: plan.steps[index] ?? '', state })),
    startedAtMs,
    endedAtMs: clock.now(),
  };
  await recorder.keep(() => reports.save(report, plan));
  if (recorder.fault) throw notRecorded(report, recorder.fault);
  return report;
}

async function runSteps(run: Execution, observer: RunObserver, recorder: Recorder): Promise<StepState[]> {
  const states: StepState[] = [];
  const mayGoOn = () => !recorder.fault && !run.signal.aborted && states.every(succeeded);
  for (const [index, step] of run.steps.entries()) {
    if (mayGoOn()) await recorder.keep(() => run.journal.stepStarted(index, step.name));
    const state = mayGoOn()
      ? await runStep(step, index, run.signal, observer)
      : ({ kind: 'not-run' } as const);
    states.push(state);
    observer.step(index, state);
    if (state.kind !== 'not-run') await recorder.keep(() => run.journal.stepEnded(index, step.name, state));
  }
  return states;
}

async function runStep(
  step: Step,
  index: number,
  signal: AbortSignal,
  observer: RunObserver,
): Promise<StepOutcome> {
  observer.step(index, { kind: 'running' });
  const progress = (done: number, total: number, unit: string) => observer.progress(index, done, total, unit);
  try {
    return await step.run({ signal, progress });
  } catch (thrown) {
    return { kind: 'unknown', fault: asFault(thrown) };
  }
}

/** A plan without steps claims that all is as it should be already, which is checked too. */
const needsVerifying = (states: readonly StepState[]) =>
  states.length === 0 || states.some((state) => state.kind !== 'not-run');

/**
 * Has a signal of its own: after Ctrl-C it matters most to know what is there now. Takes as long as there is to read, and
 * ends once nothing of that goes on.
 */
async function verify(
  { verify, stuckMs, clock }: Execution,
  observer: RunObserver,
): Promise<readonly Check[]> {
  observer.verifying();
  const stop = new AbortController();
  const ended = new AbortController();
  let progress = 0;
  const stuck = async (): Promise<never> => {
    for (let seen = -1; seen !== progress; ) {
      seen = progress;
      await clock.sleep(stuckMs, ended.signal);
    }
    stop.abort();
    throw new Fault('inconclusive', `No progress for ${stuckMs} ms`);
  };
  const tooLong = stuck();
  try {
    return await Promise.race([verify(() => progress++, stop.signal), tooLong]);
  } catch (thrown) {
    return [{ name: 'verification', kind: 'inconclusive', found: asFault(thrown).message }];
  } finally {
    tooLong.catch(() => {});
    ended.abort();
  }
}

interface Recorder {
  /** Undefined when the write failed; the run then starts no other step, and still ends what it can. */
  keep<T>(write: () => Promise<T>): Promise<T | undefined>;
  /** The first write that failed. */
  readonly fault: Fault | undefined;
}

function createRecorder(): Recorder {
  let fault: Fault | undefined;
  return {
    async keep(write) {
      try {
        return await write();
      } catch (thrown) {
        fault ??= asFault(thrown, 'io-failed');
        return undefined;
      }
    },
    get fault() {
      return fault;
    },
  };
}

function notRecorded(report: Report, cause: Fault): Fault {
  const steps = report.steps.map(({ name, state }) => `${name}: ${state.kind}`).join('; ');
  const checks = report.checks.map(({ name, kind }) => `${name}: ${kind}`).join('; ') || 'none';
  return new Fault(
    'io-failed',
    `Run ${report.runId} ended "${report.outcome}" and was not recorded in full: ${cause.message}. Steps: ${steps}. Checks: ${checks}`,
    { next: 'Keep this message, then repair the state folder and read the target back', cause },
  );
}

/** A printer or screen that fails must not leave a change half-way. */
function unbreakable(observer: RunObserver): RunObserver {
  const quietly = (tell: () => void) => {
    try {
      tell();
    } catch {
      // What it would have told is in the report.
    }
  };
  return {
    started: (...about) => quietly(() => observer.started(...about)),
    step: (...about) => quietly(() => observer.step(...about)),
    progress: (...about) => quietly(() => observer.progress(...about)),
    verifying: () => quietly(() => observer.verifying()),
  };
}
