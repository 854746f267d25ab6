/** Any backend with faults of every call that a test switches on and off. */
import { intercept } from '../../src/backend/intercept.ts';
import type { Backend } from '../../src/backend/port.ts';
import { Fault } from '../../src/base/fault.ts';

/** `before`: nothing is done. `after`: it is done and the answer is lost. `late`: it is done when `deliver` is called. */
export type FaultMode = 'none' | 'before' | 'after' | 'late';

export interface FaultSwitch {
  readonly backend: Backend;
  mode: FaultMode;
  /** Lets what was held back arrive, in its order. */
  deliver(): Promise<void>;
}

export function faultSwitch(inner: Backend): FaultSwitch {
  let held: (() => Promise<unknown>)[] = [];
  const lost = () => new Fault('backend-unreachable', 'The test cut the connection', { retryable: true });
  const backend = intercept(inner, async ({ effect }, next) => {
    const { mode } = found;
    if (mode === 'none') return next();
    if (effect === 'read' || mode === 'before') throw lost();
    if (mode === 'late') held.push(next);
    else await next();
    throw lost();
  });
  const found: FaultSwitch = {
    backend,
    mode: 'none',
    async deliver() {
      const arriving = held;
      held = [];
      for (const run of arriving) await run();
    },
  };
  return found;
}
