import { Fault } from '../../base/fault.ts';
import { gameLabel, gamesText } from '../../game/record-words.ts';
import type { GamesPort, Verification } from '../../games/game-view.ts';
import { problemText } from '../../games/problem.ts';
import { exit } from '../exit.ts';
import { gameKeyOf, noSuchGame } from '../game-key.ts';
import { sourceLine } from '../games-text.ts';
import { flagOption, textArgument, type VerbCall, type VerbResult, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const isAll = flagOption(call, 'all');
  if (isAll === (textArgument(call, 0) !== undefined)) {
    throw new Fault('wrong-use', isAll ? 'Both a game and --all were named' : 'No game was named', {
      next: 'Give the id of a game, or --all',
    });
  }
  const games = await call.world.games();
  return isAll ? verifyAll(call, games) : verifyOne(call, games);
};

async function verifyOne(call: VerbCall, games: GamesPort): Promise<VerbResult> {
  const key = gameKeyOf(call);
  const found = await games.verify(key, call.signal);
  if (!found) throw noSuchGame(key, games.location);
  return resultOf(games, { games: 1, events: found.events, snapshots: found.snapshots }, damagedOf([found]));
}

async function verifyAll({ progress, signal }: VerbCall, games: GamesPort): Promise<VerbResult> {
  const seen = { games: 0, events: 0, snapshots: 0 };
  const damaged: Verification[] = [];
  for await (const batch of games.verifyAll(signal)) {
    for (const { events, snapshots } of batch) {
      seen.games += 1;
      seen.events += events;
      seen.snapshots += snapshots;
    }
    damaged.push(...damagedOf(batch));
    progress.count('verified', seen.games, undefined, 'games');
  }
  return resultOf(games, seen, damaged);
}

const damagedOf = (found: readonly Verification[]) => found.filter(({ problems }) => problems.length > 0);

interface Seen {
  readonly games: number;
  readonly events: number;
  readonly snapshots: number;
}

function resultOf(games: GamesPort, seen: Seen, damaged: readonly Verification[]): VerbResult {
  const { location, readsFrom } = games;
  return {
    exit: damaged.length > 0 ? exit.integrity : exit.done,
    result: { location, readsFrom, verified: seen, damaged },
    text: () => [
      ...sourceLine(location, readsFrom),
      ...damaged.flatMap(({ key, problems }) => [
        `DAMAGED: ${gameLabel(key)}`,
        ...problems.map((problem) => `  ${problemText(problem)}`),
      ]),
      `${gamesText(seen.games)} in ${location} verified, ${seen.events} events and ${seen.snapshots} snapshots: ${damaged.length} damaged`,
    ],
  };
}
