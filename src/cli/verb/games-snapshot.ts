import { act } from '../act.ts';
import { refuseGameWithPlan, requiredGame } from '../game-key.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  refuseGameWithPlan(call);
  return act(call, call.world.actions['games snapshot'], () => ({ id: requiredGame(call) }));
};
