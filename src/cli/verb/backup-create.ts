import { act } from '../act.ts';
import { flagOption, textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { createBackupAction } = await call.world.actions();
  return act(call, createBackupAction, () => {
    const name = textOption(call, 'name');
    return {
      includeCompleted: flagOption(call, 'includeCompleted') || call.world.settings.backupCompletedGames,
      ...(name === undefined ? {} : { name }),
    };
  });
};
