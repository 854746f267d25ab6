/**
 * plan → preview → typed confirmation → staleness check under a lock → journal → steps → verify → audit.
 * A capability implements Action; `run.ts` is the only code that applies one.
 */
import type { Fault } from '../base/fault.ts';
import type { PlanId, RunId } from '../base/ids.ts';
import type { Change, Draft, Plan, PlanDetail } from './plan.ts';
import type { LockPlace } from './storage-lock.ts';

export interface Action<I, D extends PlanDetail> {
  /**
   * The verb, like `backup restore`, with the option that makes it another action, like `games recover --since`; also
   * its name in plans and in the audit log.
   */
  readonly name: string;
  /** `local` writes on this machine only and needs no confirmation. */
  readonly effect: 'local' | 'target';
  /** Reads only. The dry run and the real run share it. */
  draft(input: I, reading?: Reading, signal?: AbortSignal): Promise<Draft<D>>;
  /** Reads the state that the draft was computed from, now, and digests it the same way. */
  basis(detail: D, signal?: AbortSignal): Promise<string>;
  /** What to do about a stale plan, where it is more than to make a new one. */
  readonly whenStale?: (detail: D) => string | undefined;
  /** Actions with the same key exclude one another on this machine, for one user and environment. */
  lockKey(detail: D): string;
  /** Of which there may be one run only, whoever runs it and wherever; undefined where that cannot be. */
  readonly lockPlace?: (detail: D, signal: AbortSignal) => Promise<LockPlace | undefined>;
  /** One for each name in the draft's `steps`, in that order. */
  steps(plan: Plan<D>): readonly Step[];
  /**
   * Reads the result back. Runs whenever a step ran, also after a failure or Ctrl-C.
   *
   * @param progressed to be called again and again: who has not for two minutes is taken for stuck
   */
  verify(plan: Plan<D>, progressed: () => void, signal?: AbortSignal): Promise<readonly Check[]>;
}

/** What a planner that takes long tells meanwhile; the total may not be known. */
export type Reading = (what: string, done: number, total: number | undefined, unit: string) => void;

export interface Step {
  readonly name: string;
  run(context: StepContext): Promise<StepOutcome>;
}

export interface StepContext {
  readonly signal: AbortSignal;
  progress(done: number, total: number, unit: string): void;
}

/**
 * `unknown`: the call ended without saying whether it took effect. Nothing after it runs. A fault `partial` says that
 * a part of the step is known to have taken effect.
 */
export type StepOutcome =
  | { readonly kind: 'done'; readonly note?: string }
  | { readonly kind: 'unchanged'; readonly note?: string }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'unknown'; readonly fault: Fault };

/** Empty, stale, too few or unreadable is inconclusive, never a pass. */
export interface Check {
  readonly name: string;
  readonly kind: 'pass' | 'fail' | 'inconclusive';
  /** What was found, for people. */
  readonly found: string;
}

export type StepState = { readonly kind: 'pending' | 'running' | 'not-run' } | StepOutcome;

/**
 * `done`: every step done or unchanged and every check passed. `partial`: something took effect, not all, or a
 * check failed. `failed`: nothing took effect. `inconclusive`: whether it took effect is unknown, because a step's
 * effect or a check is.
 */
export type RunOutcome = 'done' | 'partial' | 'failed' | 'inconclusive' | 'interrupted';

export interface Report {
  readonly runId: RunId;
  readonly planId: PlanId;
  readonly action: string;
  readonly title: string;
  readonly environment: string;
  readonly simulated: boolean;
  readonly outcome: RunOutcome;
  readonly changes: readonly Change[];
  readonly steps: readonly { readonly name: string; readonly state: StepState }[];
  readonly checks: readonly Check[];
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Hash of the audit log's last line after this run. */
  readonly auditHead: string;
}

/** What a run tells while it goes on; printers and screens implement it. */
export interface RunObserver {
  started(runId: RunId, steps: readonly string[]): void;
  step(index: number, state: StepState): void;
  progress(index: number, done: number, total: number, unit: string): void;
  verifying(): void;
}
