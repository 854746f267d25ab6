import { parseWhere } from '../../backup/where-words.ts';
import { act } from '../act.ts';
import { flagOption, listOption, textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  return act(call, call.world.actions['backup create'], () => {
    const name = textOption(call, 'name');
    const where = listOption(call, 'where');
    return {
      includeCompleted: flagOption(call, 'includeCompleted') || call.world.settings.backupCompletedGames,
      allowUnsupported: flagOption(call, 'allowUnsupported'),
      ...(name === undefined ? {} : { name }),
      ...(where ? { where: parseWhere(where, call.world.clock.now()) } : {}),
    };
  });
};
