import { validateArchive, validateStructure } from '../../backup/validate.ts';
import { formatBytes } from '../../base/units.ts';
import { gamesText } from '../../game/record-words.ts';
import { exit } from '../exit.ts';
import { flagOption, textArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { world, progress, signal } = call;
  const name = textArgument(call, 0) ?? '';
  const deep = flagOption(call, 'deep');
  const count = (done: number, total: number) => progress.count('reading', done, total, 'bytes');
  const archives = await world.archives();
  const found = deep
    ? await validateArchive(archives, name, world.clock, count, signal)
    : await validateStructure(archives, name, world.clock, count, signal);
  const whole = `${found.name}, ${gamesText(found.games)}, every one of ${formatBytes(found.bytesRead)} read`;
  return {
    exit: found.ok ? exit.done : exit.integrity,
    result: { ...found, deep },
    text: () => {
      if (found.ok && deep) return [`VALID: ${whole}`];
      if (found.ok) return [`WHOLE: ${whole}`, 'Not decoded: --deep does that too, and remembers the pass'];
      return [
        found.mend === undefined ? `DAMAGED: ${found.name}` : `WRONG MANIFEST of a whole archive: ${whole}`,
        ...found.problems.map((problem) => `  ${problem}`),
        found.mend ?? 'Use an older archive: gamekeeper backup list',
      ];
    },
  };
};
