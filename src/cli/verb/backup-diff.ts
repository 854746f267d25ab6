import { live } from '../../backup/diff.ts';
import { Fault } from '../../base/fault.ts';
import { idText } from '../../game/record-words.ts';
import { diffLines, gameDiffLines } from '../diff-text.ts';
import { exit } from '../exit.ts';
import { layoutChoice } from '../game-key.ts';
import { countOption } from '../quantity.ts';
import { textArgument, textOption, type VerbCall, type VerbRun } from '../verb.ts';

/** Differences are the answer, not a finding: exit 0. */
export const run: VerbRun = async (call) => {
  const id = textOption(call, 'game');
  const [from, to] = [textArgument(call, 0) ?? '', textArgument(call, 1) ?? live];
  return id === undefined ? diffAll(call, from, to) : diffOne(call, id, from, to);
};

async function diffAll(call: VerbCall, from: string, to: string) {
  const games = await call.world.archivedGames();
  const diff = await games.diff(from, to, countOption(call, 'limit') ?? 1, counting(call), call.signal);
  return { exit: exit.done, result: diff, text: () => diffLines(diff) };
}

async function diffOne(call: VerbCall, id: string, from: string, to: string) {
  const games = await call.world.archivedGames();
  const game = { id, ...layoutChoice(call) };
  const diff = await games.diffGame(from, to, game, counting(call), call.signal);
  if (!diff) {
    throw new Fault('not-found', `Neither ${from} nor ${to} has a game ${idText(id)}`, {
      next: 'Copy the id from gamekeeper backup diff, or from gamekeeper games list',
    });
  }
  return { exit: exit.done, result: diff, text: () => gameDiffLines(diff) };
}

const counting =
  ({ progress }: VerbCall) =>
  (done: number, total: number | undefined) =>
    progress.count('reading', done, total, 'games');
