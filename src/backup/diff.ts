/**
 * What differs between an archive and another one, or what storage has now. Of each game only digests are kept, in a table
 * of bounded size: with more games than it takes, both sides are read once more for each further table.
 */
import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import type { RecordKey } from '../game/record.ts';
import { gameLabel } from '../game/record-words.ts';
import type { ArchiveStore } from './archive-store.ts';
import { createFindings, type Findings } from './diff-findings.ts';
import {
  type ArchiveInHand,
  archivedGames,
  archiveSide,
  type DiffSide,
  type GamesOfSide,
  liveSide,
  type Share,
  withArchive,
} from './diff-sides.ts';
import { createDigestIndex, type DigestIndex, numberIn } from './digest-index.ts';
import { damaged } from './format.ts';

/**
 * `created` and `removed`: only the second side has it, or only the first. `left-out`: only one side has it, and the filter
 * of the other would have left it out. `unreadable`: storage has something there that is no record.
 */
export type Difference = 'created' | 'changed' | 'removed' | 'left-out' | 'unreadable';

export interface DifferentGame extends RecordKey {
  readonly is: Difference;
  /** In words, like `revision 7, TURN`; undefined where it is not. */
  readonly from?: string;
  readonly to?: string;
}

export interface ArchiveDiff {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly counts: Readonly<Record<Difference | 'same', number>>;
  /** The first of them, up to the limit that was asked for. */
  readonly games: readonly DifferentGame[];
  /** How many more there are. */
  readonly more: number;
}

export interface DiffParts {
  readonly store: ArchiveStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Opened only when an archive is compared with it. */
  live(): Promise<Backend>;
}

export interface DiffOptions {
  /** Most games that are named. */
  readonly limit: number;
  /** Bounds the memory; about 53 bytes each. */
  readonly gamesPerTable?: number;
}

/** What the second side is called when it is storage. */
export const live = 'live';

const defaultGamesPerTable = 1_000_000;

/**
 * @param to an archive, or `live`
 * @param progress games read so far of both sides, and of how many where that is known
 * @throws Fault `not-found`; `integrity` when an archive is damaged, for what cannot be read is not removed
 */
export async function diffArchives(
  { store, clock, live: openLive }: DiffParts,
  from: string,
  to: string,
  options: DiffOptions,
  progress: (done: number, total: number | undefined) => void = () => {},
  signal?: AbortSignal,
): Promise<ArchiveDiff> {
  return withArchive(store, from, async (first) => {
    const compare = (second: GamesOfSide) => compareSides(first, second, options, progress, signal);
    if (to !== live) return withArchive(store, to, (other) => compare(archiveSide(other)));
    return compare(liveSide(await openLive(), clock));
  });
}

async function compareSides(
  first: ArchiveInHand,
  second: GamesOfSide,
  { limit, gamesPerTable = defaultGamesPerTable }: DiffOptions,
  progress: (done: number, total: number | undefined) => void,
  signal?: AbortSignal,
): Promise<ArchiveDiff> {
  const { games } = first.archive.totals;
  const tables = Math.max(1, Math.ceil(games / gamesPerTable));
  const total = second.total === undefined ? undefined : games + second.total;
  let done = 0;
  const told = (count: number) => {
    done += count;
    progress(done, total);
  };
  const found = createFindings(first, second, limit);
  for (let table = 0; table < tables; table++) {
    const share: Share | undefined =
      tables === 1 ? undefined : (hash) => numberIn(hash, 12) % tables === table;
    const index = await indexOf(first, share, shareOf(games, tables), told, signal);
    for await (const batch of second.games(share, signal)) {
      for (const game of batch) found.ofSecond(index, game);
      told(batch.length);
    }
    await lookAgain(first, index, share, found, signal);
  }
  return { from: archiveSide(first).about(), to: second.about(), ...found.all() };
}

/** Hashes spread evenly, up to chance. */
const shareOf = (games: number, tables: number) => Math.min(games, Math.ceil((games / tables) * 1.25) + 64);

async function indexOf(
  first: ArchiveInHand,
  share: Share | undefined,
  capacity: number,
  told: (count: number) => void,
  signal?: AbortSignal,
): Promise<DigestIndex> {
  const index = createDigestIndex(capacity);
  for await (const { chunk, games } of archivedGames(first, share, undefined, signal)) {
    for (const { hash, key, digest } of games) {
      if (index.add(hash, digest, chunk)) continue;
      throw damaged(`${first.name}: game ${gameLabel(key)} is in it twice`);
    }
    told(games.length);
  }
  return index;
}

/** What only the first side has is known at the end; what changed is named with both its sides. */
async function lookAgain(
  first: ArchiveInHand,
  index: DigestIndex,
  share: Share | undefined,
  found: Findings,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = new Set([
    ...index.chunksOf('unseen'),
    ...(found.waiting() ? [...index.chunksOf('changed'), ...index.chunksOf('unreadable')] : []),
  ]);
  const chunks = [...wanted].sort((a, b) => a - b);
  for await (const { games } of archivedGames(first, share, chunks, signal)) {
    for (const game of games) found.ofFirst(game, index.markOf(game.hash));
  }
}
