/** How an action goes from a request to a report, as data: plan, preview, confirmation, steps, result. */
import type { Report, RunObserver, StepState } from '../src/action/action.ts';
import type { Plan } from '../src/action/plan.ts';
import type { Clock } from '../src/base/clock.ts';
import { asFault, type Fault } from '../src/base/fault.ts';
import { type Progress, sparingly } from './pace.ts';

export interface RunningStep {
  readonly name: string;
  readonly state: StepState;
  readonly progress?: Progress;
}

export type Flow =
  | { readonly at: 'planning' }
  /** Nothing could be planned. */
  | { readonly at: 'unplanned'; readonly fault: Fault }
  | { readonly at: 'preview'; readonly plan: Plan }
  | { readonly at: 'confirmation'; readonly plan: Plan }
  | {
      readonly at: 'running';
      readonly plan: Plan;
      readonly steps: readonly RunningStep[];
      readonly verifying: boolean;
      readonly interrupting: boolean;
    }
  | { readonly at: 'reported'; readonly report: Report }
  /** It ended without a report. `started`: steps had run, so something may have changed. */
  | { readonly at: 'unreported'; readonly plan: Plan; readonly fault: Fault; readonly started: boolean };

export type FlowEvent =
  | { readonly kind: 'plan again' }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'not planned'; readonly fault: Fault }
  | { readonly kind: 'ask' }
  | { readonly kind: 'do not' }
  | { readonly kind: 'run' }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'step'; readonly index: number; readonly state: StepState }
  | {
      readonly kind: 'progress';
      readonly index: number;
      readonly progress: NonNullable<RunningStep['progress']>;
    }
  | { readonly kind: 'verifying' }
  | { readonly kind: 'ended'; readonly report: Report }
  | { readonly kind: 'broke'; readonly fault: Fault };

/** An event that does not fit where the flow is changes nothing: a late one must not bring an old state back. */
export function flowAfter(flow: Flow, event: FlowEvent): Flow {
  switch (event.kind) {
    case 'plan again':
      return flow.at === 'running' ? flow : { at: 'planning' };
    case 'planned':
      return flow.at === 'planning' ? { at: 'preview', plan: event.plan } : flow;
    case 'not planned':
      return flow.at === 'planning' ? { at: 'unplanned', fault: event.fault } : flow;
    case 'ask':
      return flow.at === 'preview' ? { at: 'confirmation', plan: flow.plan } : flow;
    case 'do not':
      return flow.at === 'confirmation' ? { at: 'preview', plan: flow.plan } : flow;
    case 'run':
      return flow.at === 'preview' || flow.at === 'confirmation' ? begun(flow.plan) : flow;
    default:
      return flow.at === 'running' ? runningAfter(flow, event) : flow;
  }
}

type Running = Extract<Flow, { at: 'running' }>;

const begun = (plan: Plan): Running => ({
  at: 'running',
  plan,
  steps: plan.steps.map((name) => ({ name, state: { kind: 'pending' } })),
  verifying: false,
  interrupting: false,
});

function runningAfter(flow: Running, event: FlowEvent): Flow {
  switch (event.kind) {
    case 'interrupt':
      return { ...flow, interrupting: true };
    case 'step':
      return { ...flow, steps: withStep(flow.steps, event.index, { state: event.state }) };
    case 'progress':
      return { ...flow, steps: withStep(flow.steps, event.index, { progress: event.progress }) };
    case 'verifying':
      return { ...flow, verifying: true };
    case 'ended':
      return { at: 'reported', report: event.report };
    case 'broke':
      return { at: 'unreported', plan: flow.plan, fault: event.fault, started: hasStarted(flow.steps) };
    default:
      return flow;
  }
}

const withStep = (steps: readonly RunningStep[], index: number, change: Partial<RunningStep>) =>
  steps.map((step, at) => (at === index ? { ...step, ...change } : step));

const hasStarted = (steps: readonly RunningStep[]) => steps.some(({ state }) => state.kind !== 'pending');

/** The runner's reports as events of the flow. */
export function observing(send: (event: FlowEvent) => void, clock: Pick<Clock, 'now'>): RunObserver {
  let running = 0;
  const told = sparingly(clock, (progress) => send({ kind: 'progress', index: running, progress }));
  return {
    started: () => {},
    step: (index, state) => send({ kind: 'step', index, state }),
    progress(index, done, total, unit) {
      running = index;
      told({ done, total, unit });
    },
    verifying: () => send({ kind: 'verifying' }),
  };
}

export const brokeWith = (thrown: unknown): FlowEvent => ({ kind: 'broke', fault: asFault(thrown) });
