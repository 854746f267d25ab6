import { act } from '../act.ts';
import { flagOption, textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  return act(call, call.world.actions['backup create'], () => {
    const name = textOption(call, 'name');
    return {
      includeCompleted: flagOption(call, 'includeCompleted') || call.world.settings.backupCompletedGames,
      ...(name === undefined ? {} : { name }),
    };
  });
};
