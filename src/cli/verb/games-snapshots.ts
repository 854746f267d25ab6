import { idText } from '../../game/record-words.ts';
import { exit } from '../exit.ts';
import { gameKeyOf, noSuchGame } from '../game-key.ts';
import { snapshotCells, sourceLine } from '../games-text.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

/** Those that are damaged are the answer to a question that is not only about health: exit 6, as when verifying. */
export const run: VerbRun = async (call) => {
  const { world, signal } = call;
  const key = gameKeyOf(call);
  const games = await world.games();
  const view = await games.show(key, signal);
  if (!view) throw noSuchGame(key, games.location);
  const { snapshots, readsFrom } = view;
  const damaged = snapshots.filter(({ problem }) => problem !== undefined).length;
  return {
    exit: damaged > 0 ? exit.integrity : exit.done,
    result: { location: games.location, readsFrom, id: key.id, snapshots },
    text: () => [
      ...sourceLine(games.location, readsFrom),
      ...table(snapshots.map(snapshotCells)),
      `Snapshots of game ${idText(key.id)}: ${snapshots.length}, ${damaged} damaged`,
    ],
  };
};
