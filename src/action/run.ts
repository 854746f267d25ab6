import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import { newPlanId, newRunId, type RandomHex, type RunId } from '../base/ids.ts';
import type { Action, Reading, Report, RunObserver, Step } from './action.ts';
import { type Audit, createAudit } from './audit.ts';
import { type Disk, disk as realDisk } from './disk.ts';
import { execute } from './execute.ts';
import { createJournal } from './journal.ts';
import { acquireLock } from './lock.ts';
import { createLog } from './log.ts';
import { createPastRuns, type PastRuns } from './past-runs.ts';
import {
  type Confirmed,
  type Draft,
  type Plan,
  type PlanDetail,
  planDigest,
  planLifetimeMs,
} from './plan.ts';
import { createPlanStore, refuseExpired } from './plan-store.ts';
import { createReportStore, type ReportStore } from './report-store.ts';
import { stateFolder } from './state-folder.ts';
import { holdStorage, type LockPlace } from './storage-lock.ts';
import { findUnfinished, type UnfinishedRun } from './unfinished.ts';

interface RunnerOptions {
  readonly stateDir: string;
  readonly environment: string;
  readonly simulated: boolean;
  readonly actor: Identity;
  readonly clock: Clock;
  readonly random: RandomHex;
  readonly disk?: Disk;
  readonly hold?: typeof holdStorage;
  /** After this long without progress a verification is over, and what it would have found is inconclusive. */
  readonly stuckMs?: number;
}

/** The only code that applies actions. */
export interface Runner {
  readonly audit: Audit;
  readonly reports: ReportStore;
  readonly past: PastRuns;
  /** Drafts and saves a plan. Writes nothing but that file. */
  prepare<I, D extends PlanDetail>(
    action: Action<I, D>,
    input: I,
    reading?: Reading,
    signal?: AbortSignal,
  ): Promise<Plan<D>>;
  /**
   * A saved plan, for the action that made it.
   * @param reference the plan's id, or the path of its file
   * @throws Fault `not-found`, `integrity`, `stale`, `unsupported`; `wrong-use` when another action made it
   */
  load<I, D extends PlanDetail>(action: Action<I, D>, reference: string): Promise<Plan<D>>;
  /**
   * Applies a confirmed plan, once. Whatever happens to the steps is in the report; what is thrown changed nothing,
   * except `io-failed` with the words "was not recorded", which says what was done.
   * @throws Fault `unconfirmed`, `integrity`, `stale`, `refused` (used before), `locked`, `wrong-use`, `io-failed`
   */
  apply<I, D extends PlanDetail>(
    action: Action<I, D>,
    confirmed: Confirmed<D>,
    observer: RunObserver,
    signal: AbortSignal,
  ): Promise<Report>;
  /** Runs that started, did not end, and whose process is gone. Their effect must be read back. */
  unfinishedRuns(): Promise<readonly UnfinishedRun[]>;
}

const defaultStuckMs = 120_000;

export function createRunner(options: RunnerOptions): Runner {
  const { environment, actor, clock, random, disk = realDisk, stuckMs = defaultStuckMs } = options;
  const { hold = holdStorage } = options;
  const folder = stateFolder(options.stateDir, environment);
  const plans = createPlanStore(folder.plans, clock, disk);
  const reports = createReportStore(folder.runs, disk);
  const audit = createAudit({ path: folder.audit, clock, disk, notedHeads: () => reports.auditHeads() });

  /** On this machine first: there a dead owner's is free in the same moment. */
  const lockFor = async (key: string, run: RunId, { title }: Plan, place: LockPlace | undefined) => {
    const what = `run ${run}, ${title}`;
    const holder = { pid: process.pid, user: actor.user, host: actor.host, sinceMs: clock.now(), what };
    const here = await acquireLock(folder.locks, key, holder, disk);
    if (!place) return here;
    try {
      const held = await hold(place, key, holder);
      return { lost: held.lost, release: () => held.release().finally(() => here.release()) };
    } catch (thrown) {
      await here.release();
      throw thrown;
    }
  };

  return {
    audit,
    reports,
    past: createPastRuns(audit, plans),
    unfinishedRuns: () => findUnfinished(folder, audit),

    async prepare(action, input, reading, signal) {
      const draft = await action.draft(input, reading, signal);
      signal?.throwIfAborted();
      const plan = envelop(draft, action, options);
      // Plain data, so what is shown is what the file says; a long one would not be read back for nothing.
      await plans.save(plan);
      return plan;
    },

    load: async (action, reference) => forAction(action, await plans.load(reference)),

    async apply(action, confirmed, observer, interruption) {
      const { plan } = confirmed;
      refuseUnfit(action, confirmed, options);
      const steps = stepsOf(action, plan);
      interruption.throwIfAborted();

      const runId = newRunId(clock.now(), random);
      const lockKey = action.lockKey(plan.detail);
      const lockPlace = await action.lockPlace?.(plan.detail, interruption);
      const lock = await lockFor(lockKey, runId, plan, lockPlace);
      const signal = 'lost' in lock ? AbortSignal.any([interruption, lock.lost]) : interruption;
      try {
        // A used plan is stale by its own doing; a plan that could not be compared is still unused.
        await plans.refuseUsed(plan.id);
        await refuseStale(action, plan, signal);
        await plans.claim(plan.id, runId);
        const log = createLog({ path: join(folder.runs, `${runId}.jsonl`), clock, disk });
        return await execute({
          about: { ...aboutOf(plan), run: runId, actor, lockKey },
          runId,
          plan,
          steps,
          verify: (progressed, verifySignal) => action.verify(plan, progressed, verifySignal),
          stuckMs,
          audit,
          journal: createJournal(log),
          reports,
          observer,
          clock,
          signal,
        });
      } finally {
        await lock.release();
      }
    },
  };
}

function envelop<D extends PlanDetail>(
  draft: Draft<D>,
  { name, effect }: { name: string; effect: Plan['effect'] },
  { environment, simulated, actor, clock, random }: RunnerOptions,
): Plan<D> {
  const createdAtMs = clock.now();
  const plan = {
    ...draft,
    version: 1 as const,
    id: newPlanId(createdAtMs, random),
    action: name,
    effect,
    environment,
    simulated,
    actor,
    createdAtMs,
    expiresAtMs: createdAtMs + planLifetimeMs,
  };
  return { ...plan, digest: planDigest(plan) };
}

function forAction<I, D extends PlanDetail>(action: Action<I, D>, plan: Plan): Plan<D> {
  refuseOther(action, plan);
  // The digest fits and this action's planner made it: the detail is a D.
  return plan as Plan<D>;
}

function refuseOther(action: { name: string; effect: Plan['effect'] }, plan: Plan): void {
  if (plan.action === action.name && plan.effect === action.effect) return;
  throw new Fault('wrong-use', `Plan ${plan.id} is one of "${plan.action}", not of "${action.name}"`, {
    next: `Apply it with gamekeeper ${verbOf(plan.action)} --plan ${plan.id}`,
  });
}

/** `games recover --since` is planned by an option of its verb, which a plan does not take. */
const verbOf = (action: string) => action.replace(/ --.*$/, '');

/** Types have been through all of this; a plan from a file, or a caller without types, has not. */
function refuseUnfit<I, D extends PlanDetail>(
  action: Action<I, D>,
  { plan, typed }: Confirmed<D>,
  here: RunnerOptions,
): void {
  refuseOther(action, plan);
  if (planDigest(plan) !== plan.digest) {
    throw new Fault('integrity', `Plan ${plan.id} was changed after it was made`, {
      next: 'Make a new plan',
    });
  }
  if (plan.environment !== here.environment || plan.simulated !== here.simulated) {
    const [there, now] = [plan, here].map((at) => `${at.environment}${at.simulated ? ' (simulated)' : ''}`);
    throw new Fault('refused', `Plan ${plan.id} is for ${there}, this is ${now}`, {
      next: `Apply it in ${there}, or make a new plan here`,
    });
  }
  refuseExpired(plan, here.clock.now());
  if (action.effect === 'target' && typed !== here.environment) {
    throw new Fault('unconfirmed', `${action.name} changes ${plan.place}`, {
      next: `Confirm by typing ${here.environment}`,
    });
  }
}

function stepsOf<I, D extends PlanDetail>(action: Action<I, D>, plan: Plan<D>): readonly Step[] {
  const steps = action.steps(plan);
  const same = steps.length === plan.steps.length && steps.every(({ name }, at) => name === plan.steps[at]);
  if (same) return steps;
  throw new Fault('internal', `${action.name} would not run the steps that plan ${plan.id} shows`, {
    next: 'Make a new plan with this version of gamekeeper',
  });
}

async function refuseStale<I, D extends PlanDetail>(
  action: Action<I, D>,
  plan: Plan<D>,
  signal: AbortSignal,
): Promise<void> {
  const basis = await action.basis(plan.detail, signal);
  signal.throwIfAborted();
  if (basis === plan.basis) return;
  throw new Fault('stale', `${plan.place} has changed since plan ${plan.id} was made; nothing was done`, {
    next: action.whenStale?.(plan.detail) ?? 'Make a new plan and look at its preview',
  });
}

const aboutOf = ({ id, digest, action, title, environment, simulated }: Plan) => ({
  plan: id,
  planDigest: digest,
  action,
  title,
  environment,
  simulated,
});
