import type { Check } from '../action/action.ts';
import type { Clock } from '../base/clock.ts';
import type { PlatformClient } from '../platform/client.ts';
import type { RollbackDetail } from './detail.ts';
import { poll } from './poll.ts';
import type { RollbackSettings } from './rollback.ts';

interface Streak {
  readonly server: string;
  readonly inARow: number;
  /** What the last answer was, as long as it was no pass. */
  readonly bad: { readonly kind: 'fail' | 'inconclusive'; readonly found: string } | undefined;
}

/** Each server must say healthy several times in a row, all of them after the change. */
export async function checkHealth(
  { servers }: RollbackDetail,
  platform: Pick<PlatformClient, 'health'>,
  clock: Clock,
  { health: patience, healthyInARow }: RollbackSettings,
  signal?: AbortSignal,
): Promise<Check[]> {
  let streaks = servers.map(({ server }): Streak => ({ server, inARow: 0, bad: undefined }));
  const ask = async () => {
    const answers = await platform.health(signal);
    streaks = streaks.map((streak) =>
      extend(
        streak,
        answers.find(({ server }) => server === streak.server),
      ),
    );
    return streaks;
  };
  const isSettled = (seen: readonly Streak[]) => seen.every(({ inARow }) => inARow >= healthyInARow);
  const last = await poll(clock, patience, ask, isSettled, signal);
  return last.map((streak) => judge(streak, healthyInARow));
}

type Answer = Awaited<ReturnType<PlatformClient['health']>>[number];

function extend({ server, inARow }: Streak, answer: Answer | undefined): Streak {
  if (!answer) return { server, inARow: 0, bad: { kind: 'inconclusive', found: 'not asked' } };
  if ('fault' in answer) {
    return { server, inARow: 0, bad: { kind: 'inconclusive', found: answer.fault.message } };
  }
  return answer.value.components.state_management.healthy
    ? { server, inARow: inARow + 1, bad: undefined }
    : { server, inARow: 0, bad: { kind: 'fail', found: 'it says that its state management is unhealthy' } };
}

function judge({ server, inARow, bad }: Streak, needed: number): Check {
  const name = `health of ${server}`;
  if (bad) return { name, ...bad };
  const found = `healthy ${inARow} of ${needed} times in a row`;
  return { name, kind: inARow >= needed ? 'pass' : 'inconclusive', found };
}
