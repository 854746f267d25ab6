/**
 * What a run does, `runs/<run>.jsonl`, a line before each act and one after. Events: `started`, `step-started`,
 * `step-ended`, `verified`, `ended`. A step that started and did not end has an unknown effect: it is verified,
 * never blindly run again.
 */
import * as z from 'zod';
import { Fault, faultCodes } from '../base/fault.ts';
import type { Check, RunOutcome, StepOutcome, StepState } from './action.ts';
import type { Log } from './log.ts';
import { readLog } from './log-reader.ts';
import type { Plan } from './plan.ts';

export interface Journal {
  started(plan: Plan): Promise<void>;
  stepStarted(index: number, name: string): Promise<void>;
  stepEnded(index: number, name: string, outcome: StepOutcome): Promise<void>;
  verified(checks: readonly Check[]): Promise<void>;
  ended(outcome: RunOutcome): Promise<void>;
}

export function createJournal(log: Log): Journal {
  return {
    started: async ({ id, digest, action, title, place, steps }) => {
      await log.append('started', { plan: id, planDigest: digest, action, title, place, steps });
    },
    stepStarted: async (step, name) => {
      await log.append('step-started', { step, name });
    },
    stepEnded: async (step, name, outcome) => {
      await log.append('step-ended', { step, name, outcome: plainState(outcome) });
    },
    verified: async (checks) => {
      await log.append('verified', { checks });
    },
    ended: async (outcome) => {
      await log.append('ended', { outcome });
    },
  };
}

/** A state as JSON holds it: an Error would lose its message. */
export function plainState(state: StepState): object {
  if (!('fault' in state)) return state;
  const { code, message, next } = state.fault;
  return { ...state, fault: { code, message, ...(next === undefined ? {} : { next }) } };
}

const faultSchema = z
  .object({ code: z.enum(faultCodes), message: z.string(), next: z.string().exactOptional() })
  .transform(({ code, message, next }) => new Fault(code, message, next === undefined ? {} : { next }));

/** Reads what plainState made. */
export const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['pending', 'running', 'not-run']) }),
  z.object({ kind: z.enum(['done', 'unchanged']), note: z.string().exactOptional() }),
  z.object({ kind: z.enum(['failed', 'unknown']), fault: faultSchema }),
]);

const lineSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('started'), steps: z.array(z.string()) }),
  z.object({ event: z.literal('step-started'), step: z.number() }),
  z.object({ event: z.literal('step-ended'), step: z.number(), outcome: stateSchema }),
]);

/** How far a run came, by its journal: what did not start is `not-run`, what did not end is `unknown`. */
export async function readSteps(path: string): Promise<readonly { name: string; state: StepState }[]> {
  let steps: { name: string; state: StepState }[] = [];
  for await (const text of readLog(path)) {
    const line = lineSchema.safeParse(text).data;
    if (line?.event === 'started') steps = line.steps.map((name) => ({ name, state: { kind: 'not-run' } }));
    const step = line && 'step' in line ? steps[line.step] : undefined;
    if (!step) continue;
    step.state = line?.event === 'step-ended' ? line.outcome : endedUnseen(step.name);
  }
  return steps;
}

function endedUnseen(step: string): StepState {
  const fault = new Fault('inconclusive', `The run ended during "${step}": its effect is not known`, {
    next: 'Read the target back before anything is tried again',
  });
  return { kind: 'unknown', fault };
}
