import type { Action, RunObserver, StepOutcome } from '../../src/action/action.ts';

/** A target with one number, and an action that raises it step by step: the smallest thing a run can change. */
export interface Counter {
  value: number;
  /** Replaces what the step of this index does. */
  readonly faults: Map<number, (signal: AbortSignal) => Promise<StepOutcome>>;
}

export const newCounter = (value = 0): Counter => ({ value, faults: new Map() });

export function counterAction(counter: Counter): Action<{ by: number }, { from: number; to: number }> {
  return {
    name: 'counter raise',
    effect: 'target',
    async draft({ by }) {
      const [from, to] = [counter.value, counter.value + by];
      return {
        title: `Raise the counter to ${to}`,
        place: 'the counter',
        changes: [{ target: 'counter', effect: 'update', from: String(from), to: String(to) }],
        steps: Array.from({ length: by }, (_, step) => `Raise to ${from + step + 1}`),
        warnings: [],
        unverified: [],
        basis: String(from),
        detail: { from, to },
      };
    },
    basis: async () => String(counter.value),
    lockKey: () => 'counter',
    steps: ({ steps }) =>
      steps.map((name, index) => ({
        name,
        async run({ signal, progress }) {
          const fault = counter.faults.get(index);
          if (fault) return fault(signal);
          counter.value += 1;
          progress(1, 1, 'counters');
          return { kind: 'done' };
        },
      })),
    async verify({ detail }) {
      const kind = counter.value === detail.to ? 'pass' : 'fail';
      return [{ name: 'counter', kind, found: `it is ${counter.value}` }];
    },
  };
}

export const silent: RunObserver = { started() {}, step() {}, progress() {}, verifying() {} };
