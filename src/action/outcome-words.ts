/** How a run ended and what to do next, the same in the console, the CLI and the report. */
import type { Report, RunOutcome, StepState } from './action.ts';

const words: Readonly<Record<RunOutcome, { readonly text: string; readonly next: string }>> = {
  done: {
    text: 'DONE: every step took effect and every check passed.',
    next: '',
  },
  partial: {
    text: 'PARTIAL: not all of it took effect, or a check failed. This is not done.',
    next: 'Mend what failed, then plan again: what is done already will show as unchanged.',
  },
  failed: {
    text: 'FAILED: nothing took effect.',
    next: 'Mend what failed, then plan again.',
  },
  inconclusive: {
    text: "INCONCLUSIVE: it is not known whether it took effect: a step's effect or a check is unknown.",
    next: 'Look at the target yourself before running anything again.',
  },
  interrupted: {
    text: 'INTERRUPTED: it was stopped before its end.',
    next: 'The steps tell how far it came; then plan again.',
  },
};

export const outcomeText = (report: Ended): string =>
  wasIdle(report) ? 'DONE: nothing was due, and every check passed.' : words[report.outcome].text;

type Ended = Pick<Report, 'outcome' | 'steps'>;

/** All was as the plan wanted it already. */
const wasIdle = ({ outcome, steps }: Ended) =>
  outcome === 'done' && steps.every(({ state }) => state.kind === 'unchanged');

/** By whoever ran it, and all that it did is known: that is no failure of its own. */
export const isStopped = (state: StepState): boolean =>
  state.kind === 'failed' && state.fault.code === 'interrupted';

/** After these the platform has to be watched. */
const watched = ['rollback run', 'backup restore'];

/** Empty when there is nothing left to do. */
export function nextSteps(report: Report): readonly string[] {
  const { outcome, action, steps } = report;
  const advice = steps.flatMap(({ state }) =>
    'fault' in state && state.fault.next ? [state.fault.next] : [],
  );
  const watch =
    outcome === 'done' && watched.includes(action) && !wasIdle(report)
      ? 'Watch the platform for the next 30 minutes.'
      : '';
  return [...new Set([...advice, words[outcome].next, watch])].filter((text) => text !== '');
}
