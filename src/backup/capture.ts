import type { Backend } from '../backend/port.ts';
import { headOf } from '../backend/record-head.ts';
import { readInBatches } from '../backend/record-reads.ts';
import { Fault } from '../base/fault.ts';
import { isPhase } from '../game/phases.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { gameLabel, keyText, namesOf } from '../game/record-words.ts';
import type { ArchiveFilter, Unsupported } from './archive-list.ts';
import type { ArchiveTotals } from './format.ts';
import type { Pace } from './pace.ts';
import { createSelection } from './selection.ts';
import type { ArchiveWriter } from './writer.ts';

interface CaptureOptions {
  readonly backend: Backend;
  readonly writer: ArchiveWriter;
  readonly pages: Iterable<readonly RecordKey[]> | AsyncIterable<readonly RecordKey[]>;
  readonly filter: ArchiveFilter;
  /** False leaves out what the filter would take. */
  readonly keep?: ((record: GameRecord) => boolean) | undefined;
  /** Games that cannot be represented are listed instead of stopping the capture. */
  readonly allowUnsupported: boolean;
  readonly startedAtMs: number;
  readonly pace: Pace;
  readonly progress: (done: number) => void;
}

export type Captured = Required<
  Pick<ArchiveTotals, 'gamesByPhase' | 'leftOut' | 'unsupported' | 'meanwhile'>
>;

/**
 * Reads games into an archive.
 *
 * @throws Fault `record-unreadable` that names every game it could not read: an archive without them would look whole
 */
export async function captureGames(
  { backend, writer, pages, filter, keep, allowUnsupported, startedAtMs, pace, progress }: CaptureOptions,
  signal?: AbortSignal,
): Promise<Captured> {
  const select = createSelection(filter);
  const seen = new Set<string>();
  const unsupported: Unsupported[] = [];
  const gamesByPhase = new Map<string, number>();
  const leftOut = { completed: 0, vanished: 0, filtered: 0 };
  let changed = 0;

  const take = async (key: RecordKey, record: GameRecord) => {
    const head = headOf(record);
    const selected = select(head);
    // A game that was deleted and made again while the scan ran may come twice.
    if (selected !== 'kept') leftOut[selected]++;
    else if (keep && !keep(record)) leftOut.filtered++;
    else if (seen.size < seen.add(keyText(key)).size && (allowUnsupported || unsupported.length === 0)) {
      await writer.add(record);
      const phase = head.phase !== undefined && isPhase(head.phase) ? head.phase : 'unknown';
      gamesByPhase.set(phase, (gamesByPhase.get(phase) ?? 0) + 1);
      if (head.updatedAtMs !== undefined && head.updatedAtMs >= startedAtMs) changed++;
    }
  };

  let done = 0;
  for await (const batch of readInBatches(backend, pages, signal)) {
    for (const { key, read } of batch) {
      if (read.kind === 'absent') leftOut.vanished++;
      else if (read.kind === 'unreadable') unsupported.push(unsupportedOf(key, read.fault));
      else await take(key, read.record);
    }
    done += batch.length;
    progress(done);
    await pace(batch.length, signal);
  }
  if (unsupported.length > (allowUnsupported ? mostListed : 0)) throw cannotRead(unsupported);
  return { gamesByPhase: Object.fromEntries(gamesByPhase), leftOut, unsupported, meanwhile: { changed } };
}

/** All of them are named in the archive's end, which is read whole; an archive that lacks more is none. */
const mostListed = 10_000;

const unsupportedOf = ({ id, layout }: RecordKey, { message }: Fault): Unsupported => ({
  id,
  layout,
  why: message,
});

function cannotRead(unsupported: readonly Unsupported[]): Fault {
  const games = unsupported.map((game) => `${gameLabel(game)} (${game.why})`);
  const count = games.length === 1 ? '1 game' : `${games.length} games`;
  return new Fault('record-unreadable', `${count} cannot be read: ${namesOf(games, 20)}`, {
    next: 'Repair or remove them with the tools of the database, then back up again; or back up the others with --allow-unsupported',
  });
}
