import type { RetireInput } from '../../backup/retire-plan.ts';
import { act } from '../act.ts';
import { durationOption } from '../quantity.ts';
import type { Asked, VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['backup retire'], () => inputOf(call));

export function inputOf(asked: Asked): RetireInput {
  const { completedRetentionMs } = asked.world.settings.engine;
  return { olderThanMs: durationOption(asked, 'olderThan') ?? completedRetentionMs };
}
