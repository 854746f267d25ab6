/** What a restore will move, and about how long that takes and what it costs. */
import type { Capacity, RecordRead, Refusals } from '../backend/port.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import { recordBytes } from '../game/record-codec.ts';
import { gamesText } from '../game/record-words.ts';
import { isLost, isRemoved, isWritten, type PlannedGame } from './restore-decision.ts';

/** Plain data: part of the plan. */
export interface RestoreEstimate {
  readonly writtenGames: number;
  readonly writtenBytes: number;
  /** Of the games that are overwritten or removed, as they are now. */
  readonly keptBytes: number;
  readonly removedGames: number;
  readonly durationMs: number;
  /** undefined where the storage counts none. */
  readonly capacity?: Capacity;
}

export interface EstimateTally {
  /** @param sizes of the game in the archive */
  add(game: PlannedGame, sizes: ArchivedSizes, read: RecordRead): void;
  /** @param took how long it took to read the archive, and to compare its games with the target */
  total(took: { readonly readMs: number; readonly compareMs: number }): RestoreEstimate;
}

export interface ArchivedSizes {
  readonly sizeBytes?: number;
  readonly capacity?: Capacity;
}

const none: Capacity = { reads: 0, writes: 0 };

export function createEstimate({ capacity: counted }: Refusals): EstimateTally {
  let compared = 0;
  let [writtenGames, writtenBytes, keptBytes, removedGames] = [0, 0, 0, 0];
  let [reads, writes] = [0, 0];

  const addCapacity = (game: PlannedGame, wanted: Capacity, there: Capacity) => {
    const absent = Math.max(1, there.reads);
    // Compared once more before the first write.
    reads += absent;
    if (isLost(game)) reads += 2 * there.reads;
    // Read back afterwards.
    if (game.does !== 'skip') reads += Math.max(1, isRemoved(game) ? 0 : wanted.reads);
    if (isWritten(game)) writes += Math.max(wanted.writes, isLost(game) ? there.writes : 0);
    if (isRemoved(game)) writes += there.writes;
  };

  return {
    add(game, { sizeBytes = 0, capacity: wanted = none }, read) {
      compared++;
      if (isWritten(game)) {
        writtenGames++;
        writtenBytes += sizeBytes;
      }
      if (isRemoved(game)) removedGames++;
      const there = read.kind === 'record' ? read.record : undefined;
      if (there && isLost(game)) keptBytes += recordBytes(there);
      if (counted) addCapacity(game, wanted, there ? counted.of(there) : none);
    },
    total({ readMs, compareMs }) {
      const touched = writtenGames + removedGames;
      // The archive is read twice: verified, and written from. Every game is compared and read back; those that are
      // touched are read, written and, where they are lost, kept as well.
      const atTarget = compared === 0 ? 0 : compareMs * (2 + (3 * touched) / compared);
      const perSecond = counted?.writesPerSecond;
      const throttledMs = perSecond ? (writes / perSecond) * 1000 : 0;
      return {
        ...{ writtenGames, writtenBytes, keptBytes, removedGames },
        durationMs: Math.round(2 * readMs + Math.max(atTarget, throttledMs)),
        ...(counted ? { capacity: { reads, writes } } : {}),
      };
    },
  };
}

/** US dollars a million units, on demand in us-east-1: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const dollarsAMillion = { reads: 0.125, writes: 0.625 } as const;

export function estimateLines(estimate: RestoreEstimate): string[] {
  const { writtenGames, writtenBytes, removedGames, keptBytes, durationMs, capacity } = estimate;
  const kept = keptBytes > 0 ? `, after keeping ${formatBytes(keptBytes)} of what is there` : '';
  const removed = removedGames > 0 ? `, removes ${gamesText(removedGames)}` : '';
  const lines = [
    `Writes ${formatBytes(writtenBytes)} (${gamesText(writtenGames)})${removed}${kept}`,
    `Takes about ${formatDuration(durationMs)}, going by how long the plan took`,
  ];
  if (!capacity) return lines;
  const { reads, writes } = capacity;
  const dollars = (reads * dollarsAMillion.reads + writes * dollarsAMillion.writes) / 1_000_000;
  const units = `${writes.toLocaleString('en-US')} write and ${reads.toLocaleString('en-US')} read units`;
  return [...lines, `DynamoDB: about ${units}, ${costText(dollars)} at the on-demand prices of us-east-1`];
}

const costText = (dollars: number) => (dollars < 0.01 ? 'less than 0.01 USD' : `${dollars.toFixed(2)} USD`);
