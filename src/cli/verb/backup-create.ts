import type { Packing } from '../../backup/archiving.ts';
import { parseWhere } from '../../backup/where-words.ts';
import { act } from '../act.ts';
import { countOption } from '../quantity.ts';
import { flagOption, listOption, textOption, type VerbCall, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  return act(call, call.world.actions['backup create'], () => {
    const name = textOption(call, 'name');
    const where = listOption(call, 'where');
    return {
      includeCompleted: flagOption(call, 'includeCompleted') || call.world.settings.backupCompletedGames,
      resume: flagOption(call, 'resume'),
      allowUnsupported: flagOption(call, 'allowUnsupported'),
      packing: packingOf(call),
      gamesPerSecond: countOption(call, 'rate'),
      ...(name === undefined ? {} : { name }),
      ...(where ? { where: parseWhere(where, call.world.clock.now()) } : {}),
    };
  });
};

function packingOf(call: VerbCall): Partial<Packing> {
  // The parser lets only these choices through.
  const codec = textOption(call, 'codec') as Packing['codec'] | undefined;
  const recipients = listOption(call, 'encryptTo');
  return {
    ...(codec === undefined ? {} : { codec }),
    ...(recipients ? { encryption: { kind: 'recipients', recipients } } : {}),
    ...(flagOption(call, 'passphrase') ? { encryption: { kind: 'passphrase' } } : {}),
  };
}
