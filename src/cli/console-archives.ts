/** What the console's screens read of archives. */
import { validateArchive } from '../backup/validate.ts';
import type { World } from '../compose/world.ts';
import type { GameKey } from '../games/game-view.ts';

/** More than anybody looks through; the verb can name them all. */
const mostNamed = 10_000;

type Told = (progress: {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: string;
}) => void;

export function archivePorts(world: World) {
  return {
    validate: async (name: string, told: Told, signal: AbortSignal) =>
      validateArchive(
        await world.archives(),
        name,
        world.clock,
        (done, total) => told({ done, total, unit: 'bytes' }),
        signal,
      ),
    diff: async (from: string, to: string, told: Told, signal: AbortSignal) =>
      (await world.archivedGames()).diff(from, to, mostNamed, gamesTo(told), signal),
    diffGame: async (from: string, to: string, game: GameKey, told: Told, signal: AbortSignal) =>
      (await world.archivedGames()).diffGame(from, to, game, gamesTo(told), signal),
    show: async (archive: string, game: GameKey, told: Told, signal: AbortSignal) =>
      (await world.archivedGames()).show(archive, game, gamesTo(told), signal),
    restores: () => pastRestores(world),
  };
}

const gamesTo = (told: Told) => (done: number, total: number | undefined) =>
  told({ done, total, unit: 'games' });

/** By the audit log, newest first. */
async function pastRestores(world: World) {
  const entries = (await (await world.runner()).audit.read()).filter(
    ({ action }) => action === 'backup restore',
  );
  const ended = new Map(
    entries.flatMap((entry) => (entry.event === 'run-ended' ? [[entry.run, entry.outcome]] : [])),
  );
  return entries
    .filter(({ event }) => event === 'run-started')
    .map(({ run, title, atMs, actor }) => ({
      run,
      title,
      user: actor.user,
      startedAtMs: atMs,
      outcome: ended.get(run),
    }))
    .reverse();
}
