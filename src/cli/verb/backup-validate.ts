import { validateArchive } from '../../backup/validate.ts';
import { formatBytes } from '../../base/units.ts';
import { exit } from '../exit.ts';
import { textArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { world, progress, signal } = call;
  const name = textArgument(call, 0) ?? '';
  const count = (done: number, total: number) => progress.count('reading', done, total, 'bytes');
  const found = await validateArchive(await world.archives(), name, world.clock, count, signal);
  return {
    exit: found.ok ? exit.done : exit.integrity,
    result: found,
    text: () =>
      found.ok
        ? [`VALID: ${found.name}, ${found.games} games, every one of ${formatBytes(found.bytesRead)} read`]
        : [
            `DAMAGED: ${found.name}`,
            ...found.problems.map((problem) => `  ${problem}`),
            'Use an older archive: gamekeeper backup list',
          ],
  };
};
