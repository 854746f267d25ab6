import type { PruneInput } from '../../backup/prune-plan.ts';
import { act } from '../act.ts';
import { countOption } from '../quantity.ts';
import { type Asked, flagOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['backup prune'], () => inputOf(call));

export function inputOf(asked: Asked): PruneInput {
  const [keepLast, keepDaily, keepWeekly] = ['keepLast', 'keepDaily', 'keepWeekly'].map((name) =>
    countOption(asked, name),
  );
  return {
    includeRetired: flagOption(asked, 'includeRetired'),
    ...(keepLast === undefined ? {} : { keepLast }),
    ...(keepDaily === undefined ? {} : { keepDaily }),
    ...(keepWeekly === undefined ? {} : { keepWeekly }),
  };
}
