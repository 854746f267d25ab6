import type { Reading } from '../action/action.ts';
import { counted } from '../action/counted.ts';
import { storedGame } from '../backend/current-layout.ts';
import type { Backend } from '../backend/port.ts';
import { readInBatches } from '../backend/record-reads.ts';
import { asFault } from '../base/fault.ts';
import { readLegacy } from '../game/legacy.ts';
import type { GameRecord } from '../game/record.ts';
import { encodeRecord, recordDigest } from '../game/record-codec.ts';
import { describeRecord, gameLabel, phaseOf } from '../game/record-words.ts';
import type { ArchivableGame } from './archived-proof.ts';

export interface FinishedGame extends ArchivableGame {
  readonly endedAtMs: number;
  readonly sizeBytes: number;
  /** For people. */
  readonly words: string;
}

export interface FinishedGames {
  /** Ended before the time given. */
  readonly due: readonly FinishedGame[];
  /** Ended, not so long ago. */
  readonly recent: number;
  /** Labels of finished games of which nobody knows when they ended, with the reason. */
  readonly undated: readonly string[];
}

/** Finished games of both layouts. What cannot be read is not known to be finished. */
export async function findFinished(
  backend: Backend,
  endedBeforeMs: number,
  reading: Reading,
  signal?: AbortSignal,
): Promise<FinishedGames> {
  const due: FinishedGame[] = [];
  const undated: string[] = [];
  let recent = 0;
  const batches = readInBatches(backend, backend.scan(signal), signal);
  for await (const batch of counted('Looking for finished games', batches, reading)) {
    for (const { read } of batch) {
      if (read.kind !== 'record' || phaseOf(read.record) !== 'GAME_OVER') continue;
      const endedAtMs = endOf(read.record);
      if (typeof endedAtMs === 'string') undated.push(`${gameLabel(read.record)} (${endedAtMs})`);
      else if (endedAtMs > endedBeforeMs) recent++;
      else due.push(finished(read.record, endedAtMs));
    }
  }
  return { due, recent, undated };
}

function finished(record: GameRecord, endedAtMs: number): FinishedGame {
  const { id, layout } = record;
  return {
    id,
    layout,
    digest: recordDigest(record),
    endedAtMs,
    sizeBytes: encodeRecord(record).length,
    words: describeRecord(record),
  };
}

/** The last change of a finished game is its end; or why it is not known. */
function endOf(record: GameRecord): number | string {
  if (record.layout === 'legacy') return readLegacy(record).updatedAtMs ?? 'last_updated is no time';
  try {
    return storedGame(record).updatedAtMs;
  } catch (thrown) {
    return asFault(thrown).message;
  }
}
