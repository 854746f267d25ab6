import type { Backend } from '../backend/port.ts';
import { readInBatches } from '../backend/record-reads.ts';
import { Fault } from '../base/fault.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { gameLabel, keyText, namesOf } from '../game/record-words.ts';
import type { ArchiveWriter } from './writer.ts';

interface CaptureOptions {
  readonly backend: Backend;
  readonly writer: ArchiveWriter;
  readonly pages: Iterable<readonly RecordKey[]> | AsyncIterable<readonly RecordKey[]>;
  /** False leaves the game out. */
  readonly keep: (record: GameRecord) => boolean;
  readonly progress: (done: number) => void;
}

/** How many games were seen and are not in the archive. */
export interface LeftOut {
  readonly filtered: number;
  /** Gone between the scan and the read. */
  readonly vanished: number;
}

/**
 * Reads games into an archive.
 *
 * @throws Fault `record-unreadable` that names every game it could not read: an archive without them would look whole
 */
export async function captureGames(
  { backend, writer, pages, keep, progress }: CaptureOptions,
  signal?: AbortSignal,
): Promise<LeftOut> {
  const seen = new Set<string>();
  const unreadable: string[] = [];
  let filtered = 0;
  let vanished = 0;

  const take = async (key: RecordKey, record: GameRecord) => {
    if (!keep(record)) filtered++;
    // A game that was deleted and made again while the scan ran may come twice.
    else if (seen.size < seen.add(keyText(key)).size && unreadable.length === 0) await writer.add(record);
  };

  let done = 0;
  for await (const batch of readInBatches(backend, pages, signal)) {
    for (const { key, read } of batch) {
      if (read.kind === 'absent') vanished++;
      else if (read.kind === 'unreadable') unreadable.push(`${gameLabel(key)} (${read.fault.message})`);
      else await take(key, read.record);
    }
    done += batch.length;
    progress(done);
  }
  if (unreadable.length > 0) throw cannotRead(unreadable);
  return { filtered, vanished };
}

function cannotRead(games: readonly string[]): Fault {
  const count = games.length === 1 ? '1 game' : `${games.length} games`;
  return new Fault('record-unreadable', `${count} cannot be read: ${namesOf(games, 20)}`, {
    next: 'Repair or remove them with the tools of the database, then back up again',
  });
}
