import { exit } from '../exit.ts';
import { gameKeyOf, noSuchGame } from '../game-key.ts';
import { viewLines } from '../games-text.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { world, signal } = call;
  const key = gameKeyOf(call);
  const games = await world.games();
  const view = await games.show(key, signal);
  if (!view) throw noSuchGame(key, games.location);
  return {
    exit: exit.done,
    result: { location: games.location, ...view },
    text: () => viewLines(view, games.location, world.clock.now()),
  };
};
