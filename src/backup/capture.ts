import type { EncodedRead } from '../backend/port.ts';
import { ByteSet } from '../base/byte-set.ts';
import { Fault } from '../base/fault.ts';
import { isPhase } from '../game/phases.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { decodeRecord } from '../game/record-codec.ts';
import { gameLabel, gamesText, keyBytes, namesOf } from '../game/record-words.ts';
import type { ArchiveFilter, Meanwhile, Unsupported } from './archive-list.ts';
import type { ArchiveTotals } from './format.ts';
import { createSelection } from './selection.ts';
import type { ArchiveWriter } from './writer.ts';

type ReadGame = Extract<EncodedRead, { kind: 'record' }>;

interface CaptureOptions {
  readonly writer: ArchiveWriter;
  readonly games: AsyncIterable<readonly EncodedRead[]>;
  readonly filter: ArchiveFilter;
  /** False leaves out what the filter would take. */
  readonly keep?: ((record: GameRecord) => boolean) | undefined;
  /** Games that cannot be represented are listed instead of stopping the capture. */
  readonly allowUnsupported: boolean;
  readonly startedAtMs: number;
  readonly progress: (done: number) => void;
}

export interface Captured extends Required<Pick<ArchiveTotals, 'gamesByPhase' | 'leftOut' | 'unsupported'>> {
  readonly meanwhile: Meanwhile;
  /** Games that were there, whether they are taken or not. */
  readonly found: number;
}

/**
 * Reads games into an archive.
 *
 * @throws Fault `record-unreadable` that names every game it could not read: an archive without them would look whole
 */
export async function captureGames(
  { writer, games, filter, keep, allowUnsupported, startedAtMs, progress }: CaptureOptions,
  signal?: AbortSignal,
): Promise<Captured> {
  const select = createSelection(filter);
  const seen = new ByteSet();
  const unsupported: Unsupported[] = [];
  const gamesByPhase = new Map<string, number>();
  const leftOut = { completed: 0, vanished: 0, filtered: 0, undated: 0 };
  let changed = 0;

  const takes = (game: ReadGame): boolean => {
    const { phase, updatedAtMs } = game.key;
    const selected = select(game.key);
    if (selected !== 'kept') leftOut[selected]++;
    else if (keep && !keep(decodeRecord(game.bytes))) leftOut.filtered++;
    else if (allowUnsupported || unsupported.length === 0) {
      const counted = phase !== undefined && isPhase(phase) ? phase : 'unknown';
      gamesByPhase.set(counted, (gamesByPhase.get(counted) ?? 0) + 1);
      if (updatedAtMs !== undefined && updatedAtMs >= startedAtMs) changed++;
      return true;
    }
    return false;
  };

  let done = 0;
  for await (const batch of games) {
    for (const game of batch) {
      if (game.kind === 'absent') leftOut.vanished++;
      // One that was deleted and made again while the scan ran may come twice, as may any in a scan.
      else if (!seen.add(keyBytes(game.key))) continue;
      else if (game.kind === 'unreadable') unsupported.push(unsupportedOf(game.key, game.fault));
      else if (takes(game)) {
        const full = writer.add(game);
        if (full) await full;
      }
    }
    signal?.throwIfAborted();
    done += batch.length;
    progress(done);
  }
  if (unsupported.length > (allowUnsupported ? mostListed : 0)) throw cannotRead(unsupported);
  const found = seen.size;
  return {
    ...{ gamesByPhase: Object.fromEntries(gamesByPhase), leftOut, unsupported },
    ...{ meanwhile: { changed }, found },
  };
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
  return new Fault('record-unreadable', `${gamesText(games.length)} cannot be read: ${namesOf(games, 20)}`, {
    next: 'Repair or remove them with the tools of the database, then back up again; or back up the others with --allow-unsupported',
  });
}
