import { act } from '../act.ts';
import { refuseGameWithPlan, requiredGame } from '../game-key.ts';
import { textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  refuseGameWithPlan(call);
  return act(call, call.world.actions['games release'], () => ({
    id: requiredGame(call),
    reason: textOption(call, 'reason'),
  }));
};
