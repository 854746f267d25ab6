import type { Packing } from '../../backup/archiving.ts';
import type { BackupInput } from '../../backup/create-plan.ts';
import { parseWhere } from '../../backup/where-words.ts';
import { act } from '../act.ts';
import { countOption } from '../quantity.ts';
import { type Asked, flagOption, listOption, textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['backup create'], () => inputOf(call));

export function inputOf(asked: Asked): BackupInput {
  const { clock, settings } = asked.world;
  const name = textOption(asked, 'name');
  const where = listOption(asked, 'where');
  return {
    includeCompleted: flagOption(asked, 'includeCompleted') || settings.backupCompletedGames,
    resume: flagOption(asked, 'resume'),
    allowUnsupported: flagOption(asked, 'allowUnsupported'),
    packing: packingOf(asked),
    gamesPerSecond: countOption(asked, 'rate'),
    ...(name === undefined ? {} : { name }),
    ...(where ? { where: parseWhere(where, clock.now()) } : {}),
  };
}

function packingOf(asked: Asked): Partial<Packing> {
  // The parser lets only these choices through.
  const codec = textOption(asked, 'codec') as Packing['codec'] | undefined;
  const recipients = listOption(asked, 'encryptTo');
  return {
    ...(codec === undefined ? {} : { codec }),
    ...(recipients ? { encryption: { kind: 'recipients', recipients } } : {}),
    ...(flagOption(asked, 'passphrase') ? { encryption: { kind: 'passphrase' } } : {}),
  };
}
