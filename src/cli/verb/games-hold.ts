import { act } from '../act.ts';
import { refuseGameWithPlan, requiredGame } from '../game-key.ts';
import { durationOption } from '../quantity.ts';
import { textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  refuseGameWithPlan(call);
  return act(call, call.world.actions['games hold'], () => ({
    id: requiredGame(call),
    forMs: durationOption(call, 'for') ?? 0,
    reason: textOption(call, 'reason'),
  }));
};
