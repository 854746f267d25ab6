import { asFault } from '../base/fault.ts';
import type { Step } from './action.ts';

/** A step that, when it throws, is known to have changed no game: it failed, there is nothing to find out. */
export function knownStep(name: string, run: Step['run']): Step {
  return {
    name,
    async run(context) {
      try {
        return await run(context);
      } catch (thrown) {
        return { kind: 'failed', fault: asFault(thrown) };
      }
    },
  };
}
