import { Fault } from '../base/fault.ts';
import { namesOf } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import type { Step, StepOutcome } from './action.ts';

/** A game that a server has on hold. */
export interface HeldThere {
  readonly server: string;
  readonly id: string;
}

/** Has these servers move these games again. A hold that is over by then is no failure. */
export function releaseStep(
  name: string,
  holds: readonly HeldThere[],
  admin: Pick<AdminClient, 'release'>,
): Step {
  return {
    name,
    async run({ signal }): Promise<StepOutcome> {
      const answers = await Promise.all(holds.map(({ server, id }) => admin.release(server, id, signal)));
      const released = answers.filter(({ kind }) => kind === 'released');
      const not = answers.flatMap((answer) => {
        if ('fault' in answer) return [`${answer.server}: ${answer.fault.message}`];
        return answer.kind === 'refused' ? [`${answer.server}: ${answer.why}`] : [];
      });
      if (not.length > 0) return { kind: 'failed', fault: notReleased(not, released.length > 0) };
      if (released.length === 0)
        return { kind: 'unchanged', note: 'no server has any of them on hold any more' };
      return { kind: 'done', note: `on ${namesOf([...new Set(released.map(({ server }) => server))])}` };
    },
  };
}

const notReleased = (not: readonly string[], isPart: boolean) =>
  new Fault(isPart ? 'partial' : 'platform-failed', `Not released: ${namesOf(not)}`, {
    next: 'Wait: a hold ends by itself, after five minutes at most',
  });
