/** Games in archives, for looking only: what an archive holds is told in the words of games. */
import type { Backend } from '../backend/port.ts';
import { findRecord, type WantedGame } from '../backup/archived-record.ts';
import { type ArchiveDiff, type DiffParts, diffArchives, live } from '../backup/diff.ts';
import { archiveSide, type DiffSide, liveSide, withArchive } from '../backup/diff-sides.ts';
import { diffRecords, type GameDiff } from '../backup/game-diff.ts';
import type { Decoder } from '../engine/history.ts';
import type { GameRecord } from '../game/record.ts';
import type { GameContent } from '../games/game-view.ts';
import { readGame } from '../games/reading.ts';
import { contentOf } from '../games/show.ts';

/** Games; the total is not known of what storage holds. */
type GamesRead = (done: number, total: number | undefined) => void;

export interface ArchivedGame extends GameContent {
  readonly archive: DiffSide;
  /** Of other parts of the archive. */
  readonly problems: readonly string[];
}

export interface ComparedGame extends GameDiff {
  readonly sides: { readonly from: DiffSide; readonly to: DiffSide };
}

export interface ArchivedGames {
  /** All that the archive says of a game; undefined when it is not in it. */
  show(
    archive: string,
    game: WantedGame,
    progress?: GamesRead,
    signal?: AbortSignal,
  ): Promise<ArchivedGame | undefined>;
  /**
   * As diffArchives.
   * @param to an archive, or `live`
   * @param limit most games that are named
   */
  diff(
    from: string,
    to: string,
    limit: number,
    progress?: GamesRead,
    signal?: AbortSignal,
  ): Promise<ArchiveDiff>;
  /** One game, field by field; undefined when neither side has it. */
  diffGame(
    from: string,
    to: string,
    game: WantedGame,
    progress?: GamesRead,
    signal?: AbortSignal,
  ): Promise<ComparedGame | undefined>;
}

export interface ArchivedGamesParts extends DiffParts {
  codec(): Promise<Decoder>;
}

export function composeArchivedGames(parts: ArchivedGamesParts): ArchivedGames {
  const { store } = parts;
  return {
    show: (name, game, progress, signal) =>
      withArchive(store, name, async (opened) => {
        const found = await findRecord(opened, game, progress, signal);
        if (!found) return undefined;
        const { record, inBothLayouts, problems } = found;
        const key = { id: record.id, layout: record.layout };
        const content = contentOf(
          { key, read: { kind: 'record', record }, inBothLayouts },
          await parts.codec(),
        );
        return content && { archive: archiveSide(opened).about(), problems, ...content };
      }),
    diff: (from, to, limit, progress, signal) => diffArchives(parts, from, to, { limit }, progress, signal),
    async diffGame(from, to, game, progress, signal) {
      const first = await inArchive(parts, from, game, progress, signal);
      const second =
        to === live
          ? await inStorage(parts, await parts.live(), game, signal)
          : await inArchive(parts, to, game, progress, signal);
      if (!first.record && !second.record) return undefined;
      const diff = diffRecords(game.id, first.record, second.record, await parts.codec());
      return { ...diff, sides: { from: first.side, to: second.side } };
    },
  };
}

interface FoundOnSide {
  readonly side: DiffSide;
  readonly record: GameRecord | undefined;
}

const inArchive = (
  { store }: ArchivedGamesParts,
  name: string,
  game: WantedGame,
  progress?: GamesRead,
  signal?: AbortSignal,
): Promise<FoundOnSide> =>
  withArchive(store, name, async (opened) => ({
    side: archiveSide(opened).about(),
    record: (await findRecord(opened, game, progress, signal))?.record,
  }));

/** @throws Fault `record-unreadable` when there is something that is no record */
async function inStorage(
  { clock }: ArchivedGamesParts,
  backend: Backend,
  game: WantedGame,
  signal?: AbortSignal,
): Promise<FoundOnSide> {
  const side = liveSide(backend, clock);
  const read = (await readGame(backend, game, signal))?.read;
  if (read?.kind === 'unreadable') throw read.fault;
  return { side: side.about(), record: read?.kind === 'record' ? read.record : undefined };
}
