import type { Change } from '../action/plan.ts';
import type { Census } from '../backend/port.ts';
import { Fault } from '../base/fault.ts';
import { formatBytes, formatDuration, formatValue } from '../base/units.ts';
import type { Layout } from '../game/record.ts';
import { gamesText } from '../game/record-words.ts';
import type { ArchiveFilter, ArchiveRow, Manifest } from './archive-list.ts';
import type { Packing } from './archiving.ts';
import type { Codec } from './codec.ts';
import { packingText } from './packing-words.ts';
import { whereText } from './where-words.ts';

export interface GameCounts {
  /** With a filter by id or age: how many at most, as those are not counted. */
  readonly taken: Readonly<Record<Layout, number>>;
  /** What to say before their number. */
  readonly certainty: '' | 'about ' | 'at most ';
  readonly completed: number;
  /** Of those taken: games whose phase is none that is known. */
  readonly odd: number;
  /** All games there are, wanted or not: each is looked at. */
  readonly seen: number;
}

export function countGames(
  { games }: Census,
  { includeCompleted, where = {} }: ArchiveFilter,
  isRough: boolean,
): GameCounts {
  const { phases, layout: wanted, idPattern, changedBeforeMs, changedSinceMs } = where;
  const isWanted = ({ phase, layout }: Row) =>
    (!phases || phases.includes(phase)) && (wanted === undefined || wanted === layout);
  const isLeftOut = ({ phase }: Row) => !includeCompleted && phase === 'GAME_OVER';
  const sum = (rows: readonly Row[]) => rows.reduce((total, { count }) => total + count, 0);
  const rows = games.filter(isWanted);
  const isUncounted = [idPattern, changedBeforeMs, changedSinceMs].some((limit) => limit !== undefined);
  const taken = rows.filter((row) => !isLeftOut(row));
  return {
    taken: {
      current: sum(taken.filter(({ layout }) => layout === 'current')),
      legacy: sum(taken.filter(({ layout }) => layout === 'legacy')),
    },
    certainty: isUncounted ? 'at most ' : isRough ? 'about ' : '',
    completed: sum(rows.filter(isLeftOut)),
    odd: sum(taken.filter(({ phase }) => phase === 'unknown')),
    seen: sum(games),
  };
}

type Row = Census['games'][number];

interface Before {
  /** Newest first. */
  readonly archives: readonly ArchiveRow[];
  readonly source: string;
  readonly codec: Codec;
}

/**
 * How large the archive is likely to become: games as large as in the newest archive of this source, else as the storage
 * says it uses, packed as well as others were. undefined where neither tells how large they are.
 */
export function estimateBytes(
  { usedBytes }: Census,
  counts: GameCounts,
  { archives, source, codec }: Before,
): number | undefined {
  const games = counts.taken.current + counts.taken.legacy;
  const like = telling(archives, games, (manifest) => manifest.source === source && !manifest.purpose);
  if (like) return packedBytes({ games, rawBytes: (like.rawBytes / like.games) * games }, codec, archives);
  const used = Object.values(usedBytes);
  if (used.length === 0 || counts.seen === 0) return undefined;
  const rawBytes = (used.reduce((sum, bytes) => sum + bytes, 0) / counts.seen) * games;
  return packedBytes({ games, rawBytes }, codec, archives);
}

/** As the newest compressed archive is packed, by either codec; as they are where none tells. */
export function packedBytes(
  { games, rawBytes }: { readonly games: number; readonly rawBytes: number },
  codec: Codec,
  archives: readonly ArchiveRow[],
): number {
  const like = codec === 'none' ? undefined : compressed(archives, games);
  return Math.round(like ? (rawBytes * like.storedBytes) / like.rawBytes : rawBytes);
}

/** Where not, nothing tells how small they become. */
export const isPackingKnown = (
  codec: Codec,
  archives: readonly ArchiveRow[],
  { taken }: Pick<GameCounts, 'taken'>,
): boolean => codec === 'none' || compressed(archives, taken.current + taken.legacy) !== undefined;

const compressed = (archives: readonly ArchiveRow[], games: number) =>
  telling(archives, games, ({ codec }) => codec !== 'none');

/** The newest that is like it. One of much fewer games tells little of many: its frame weighs more, and they may be others. */
function telling(
  archives: readonly ArchiveRow[],
  games: number,
  isLike: (manifest: Manifest) => boolean,
): Manifest | undefined {
  return archives
    .flatMap(({ manifest }) => (manifest instanceof Fault ? [] : [manifest]))
    .find((manifest) => manifest.games > 0 && manifest.games * 10 >= games && isLike(manifest));
}

interface Estimated {
  readonly name: string;
  readonly filter: ArchiveFilter;
  readonly expectedBytes?: number;
  readonly gamesPerSecond?: number;
  readonly packing: Packing;
  readonly packingKnown: boolean;
}

export function estimateChanges(
  { name, filter: { where }, expectedBytes, gamesPerSecond, packing, packingKnown }: Estimated,
  { taken, certainty, completed, seen }: GameCounts,
): Change[] {
  const layouts = (['current', 'legacy'] as const).filter((layout) => taken[layout] > 0);
  const games = layouts.map((layout) => `${gamesText(taken[layout])} (${layout} layout)`).join(', ');
  const sure = certainty === 'at most ' ? 'at most about' : 'likely';
  const before = packingKnown ? '' : ' before they are compressed';
  const size = expectedBytes === undefined ? '' : `, ${sure} ${formatBytes(expectedBytes)}${before}`;
  const archive: Change = {
    target: `archive ${name}`,
    effect: 'create',
    to: games ? `${certainty || 'about '}${games}${size}` : 'no games',
    why: [
      where ? `games ${whereText(where)}` : '',
      'each game whole, different games from different moments',
      packingText(packing),
      gamesPerSecond === undefined ? '' : paceText(gamesPerSecond, seen),
    ]
      .filter(Boolean)
      .join('; '),
  };
  if (completed === 0) return [archive];
  const leftOut = `${completed === 1 ? '1 game has' : `about ${completed} games have`} ended`;
  return [
    archive,
    { target: 'completed games', effect: 'skip', why: `${leftOut}; include completed games to keep them` },
  ];
}

const paceText = (gamesPerSecond: number, games: number) =>
  `at most ${formatValue(gamesPerSecond, 'games')} games a second, so at least ${formatDuration((games * 1000) / gamesPerSecond)}`;

export function estimateWarnings(counts: GameCounts, { where }: ArchiveFilter): string[] {
  const { taken, odd } = counts;
  // With a filter one was looked for, and found.
  const isEmpty = taken.current + taken.legacy === 0 && !where;
  return [
    isEmpty ? emptyText(counts) : '',
    odd > 0 ? `${gamesText(odd)} in no known phase; archived as stored` : '',
  ].filter(Boolean);
}

const emptyText = ({ certainty, seen }: GameCounts) =>
  certainty === '' || seen === 0
    ? 'There is no game to back up: the archive will be empty'
    : 'A first look found no game to back up: the archive may be empty';
