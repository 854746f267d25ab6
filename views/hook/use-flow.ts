import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { Plan } from '../../src/action/plan.ts';
import { asFault } from '../../src/base/fault.ts';
import { brokeWith, type Flow, flowAfter, observing } from '../flow.ts';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

interface FlowControl {
  readonly flow: Flow;
  planAgain(): void;
  ask(): void;
  decline(): void;
  /** @param typed what the operator typed; undefined for actions that only write on this machine */
  run(plan: Plan, typed: string | undefined): void;
  interrupt(): void;
}

/** Carries one request from planning to its report. The request must not change while the component lives. */
export function useFlow(request: ActionRequest): FlowControl {
  const { ports, track, setBusy } = useShell();
  const [flow, send] = useReducer(flowAfter, { at: 'planning' });
  const stopper = useRef<AbortController>(undefined);
  const { at } = flow;

  useEffect(() => {
    if (at !== 'planning') return;
    const abort = new AbortController();
    ports.actions.prepare(request, abort.signal).then(
      (plan) => !abort.signal.aborted && send({ kind: 'planned', plan }),
      (thrown) => !abort.signal.aborted && send({ kind: 'not planned', fault: asFault(thrown) }),
    );
    return () => abort.abort();
  }, [at, ports, request]);

  useEffect(() => {
    if (at !== 'running') return;
    setBusy(request.action);
    return () => setBusy(undefined);
  }, [at, request, setBusy]);

  const run = useCallback(
    (plan: Plan, typed: string | undefined) => {
      const abort = new AbortController();
      stopper.current = abort;
      send({ kind: 'run' });
      track((ending) =>
        ports.actions.run(plan, typed, observing(send, ports.clock), AbortSignal.any([ending, abort.signal])),
      ).then(
        (report) => send({ kind: 'ended', report }),
        (thrown) => send(brokeWith(thrown)),
      );
    },
    [ports, track],
  );

  return {
    flow,
    run,
    planAgain: () => send({ kind: 'plan again' }),
    ask: () => send({ kind: 'ask' }),
    decline: () => send({ kind: 'do not' }),
    interrupt: () => {
      stopper.current?.abort();
      send({ kind: 'interrupt' });
    },
  };
}
