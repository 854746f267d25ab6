import { Fault } from '../base/fault.ts';
import type { GameRecord, Layout } from '../game/record.ts';
import { idText, namesOf } from '../game/record-words.ts';
import type { ArchiveInHand } from './diff-sides.ts';
import { readChunks } from './reader.ts';

/** Which game; without a layout the current one if it is there, else the legacy one. */
export interface WantedGame {
  readonly id: string;
  readonly layout?: Layout;
}

export interface RecordInArchive {
  readonly record: GameRecord;
  readonly inBothLayouts: boolean;
  /** Of other parts of the archive: what it was found in is proven. */
  readonly problems: readonly string[];
}

/**
 * Reads the whole archive, for nothing in it says where a game is.
 *
 * @param progress games read and to read
 * @returns undefined when it is not there
 * @throws Fault `integrity` when it may be in a part that is damaged
 */
export async function findRecord(
  { name, archive }: ArchiveInHand,
  { id, layout }: WantedGame,
  progress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<RecordInArchive | undefined> {
  const found = new Map<Layout, GameRecord>();
  const problems: string[] = [];
  let done = 0;
  for await (const read of readChunks(archive, signal)) {
    if (read.kind === 'damaged') problems.push(read.fault.message);
    else {
      for (const { record } of read.records) if (record.id === id) found.set(record.layout, record);
      done += read.records.length;
      progress(done, archive.totals.games);
    }
  }
  const record = layout ? found.get(layout) : (found.get('current') ?? found.get('legacy'));
  if (record) return { record, inBothLayouts: found.size > 1, problems };
  if (problems.length === 0) return undefined;
  throw new Fault(
    'integrity',
    `Game ${idText(id)} is not in what can be read of archive ${name}: ${namesOf(problems)}`,
    { next: 'Look for it in another archive: gamekeeper backup list' },
  );
}
