import { act } from '../act.ts';
import { countOption } from '../quantity.ts';
import { flagOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['backup prune'], () => {
    const [keepLast, keepDaily, keepWeekly] = ['keepLast', 'keepDaily', 'keepWeekly'].map((name) =>
      countOption(call, name),
    );
    return {
      includeRetired: flagOption(call, 'includeRetired'),
      ...(keepLast === undefined ? {} : { keepLast }),
      ...(keepDaily === undefined ? {} : { keepDaily }),
      ...(keepWeekly === undefined ? {} : { keepWeekly }),
    };
  });
