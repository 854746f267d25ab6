import type { Check, RunOutcome, StepState } from './action.ts';

/**
 * One run's outcome. Anything that is not known to be a success is not called one: no checks are inconclusive, an
 * unknown step counts as neither done nor undone.
 */
export function outcomeOf(
  states: readonly StepState[],
  checks: readonly Check[],
  interrupted: boolean,
): RunOutcome {
  if (!states.every(succeeded)) {
    if (interrupted) return 'interrupted';
    return unfinishedOutcome(states, checks);
  }
  if (checks.some((check) => check.kind === 'fail')) return 'partial';
  return checks.length > 0 && checks.every((check) => check.kind === 'pass') ? 'done' : 'inconclusive';
}

function unfinishedOutcome(states: readonly StepState[], checks: readonly Check[]): RunOutcome {
  if (states.some(tookEffect)) return 'partial';
  if (!states.some((state) => state.kind === 'unknown')) return 'failed';
  return checks.some((check) => check.kind === 'fail') ? 'partial' : 'inconclusive';
}

export const succeeded = (state: StepState) => state.kind === 'done' || state.kind === 'unchanged';

/** A step that did a part of its work says so by the code `partial`, also when the rest is unknown. */
const tookEffect = (state: StepState) =>
  state.kind === 'done' || ('fault' in state && state.fault.code === 'partial');
