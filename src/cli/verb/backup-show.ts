import { Fault } from '../../base/fault.ts';
import { idText } from '../../game/record-words.ts';
import { sideText } from '../diff-text.ts';
import { exit } from '../exit.ts';
import { layoutChoice } from '../game-key.ts';
import { contentLines } from '../games-text.ts';
import { textArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { world, progress, signal } = call;
  const [archive, id] = [textArgument(call, 0) ?? '', textArgument(call, 1) ?? ''];
  const games = await world.archivedGames();
  const count = (done: number, total: number | undefined) => progress.count('reading', done, total, 'games');
  const found = await games.show(archive, { id, ...layoutChoice(call) }, count, signal);
  if (!found) {
    throw new Fault('not-found', `There is no game ${idText(id)} in archive ${archive}`, {
      next: 'gamekeeper backup diff ARCHIVE live names games that came and went; archives may be filtered',
    });
  }
  return {
    exit: exit.done,
    result: found,
    text: () => [
      `As it was in ${sideText(found.archive)}`,
      ...found.problems.map((problem) => `The archive is damaged elsewhere: ${problem}`),
      ...contentLines(found, world.clock.now()),
    ],
  };
};
