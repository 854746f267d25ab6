import { act } from '../act.ts';
import { requiredGame } from '../game-key.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['games snapshot'], () => ({ id: requiredGame(call) }));
