import type { StepContext, StepOutcome } from '../action/action.ts';
import { type GameOutcome, workThrough } from '../action/bulk.ts';
import type { Backend } from '../backend/port.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { keyText } from '../game/record-words.ts';
import { refOfPath } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type ArchivedRecord, openArchive, readChunks } from './reader.ts';
import type { PlannedGame } from './restore-decision.ts';
import { isWritten, type RestoreDetail } from './restore-plan.ts';

interface ToWrite extends RecordKey {
  readonly archived: ArchivedRecord;
  readonly planned: PlannedGame;
}

/**
 * Writes each planned game over exactly what the plan saw there, and nothing else.
 *
 * @param kept keys of the games whose present record is in the safety archive; no other is overwritten
 */
export async function writeGames(
  { backend, store }: { readonly backend: Backend; readonly store: ArchiveStore },
  { archivePath, games }: RestoreDetail,
  kept: ReadonlySet<string>,
  context: StepContext,
): Promise<StepOutcome> {
  const planned = new Map(games.filter(isWritten).map((game) => [keyText(game), game]));
  if (planned.size === 0) return { kind: 'unchanged', note: 'nothing to write' };
  return workThrough<ToWrite>(
    {
      total: planned.size,
      batches: plannedOf(recordsOf(store, archivePath), planned),
      done: 'written',
      next: 'Make a new plan: it shows what is still to be restored',
      async one({ archived, planned: game }, signal): Promise<GameOutcome> {
        // The file may have been exchanged since it was verified.
        if (archived.digest !== game.archived) {
          return { kind: 'refused', why: 'the archive no longer holds what the plan shows' };
        }
        if (game.does === 'update' && !kept.has(keyText(game))) return { kind: 'moved' };
        return writeGame(backend, archived.record, game, signal);
      },
    },
    context,
  );
}

async function* plannedOf(
  chunks: AsyncIterable<readonly ArchivedRecord[]>,
  games: ReadonlyMap<string, PlannedGame>,
): AsyncGenerator<readonly ToWrite[]> {
  for await (const records of chunks) {
    yield records.flatMap((archived) => {
      const { id, layout } = archived.record;
      const planned = games.get(keyText(archived.record));
      return planned ? [{ id, layout, archived, planned }] : [];
    });
  }
}

async function* recordsOf(store: ArchiveStore, path: string): AsyncGenerator<readonly ArchivedRecord[]> {
  const file = await store.open(refOfPath(path));
  try {
    for await (const chunk of readChunks(await openArchive(file))) {
      if (chunk.kind === 'damaged') throw chunk.fault;
      yield chunk.records;
    }
  } finally {
    await file.close();
  }
}

async function writeGame(
  backend: Backend,
  record: GameRecord,
  { found }: PlannedGame,
  signal: AbortSignal,
): Promise<GameOutcome> {
  const expected = found === 'unreadable' ? 'absent' : found;
  const { kind } = await backend.replaceRecord(record, expected, signal);
  return { kind: kind === 'written' ? 'done' : 'moved' };
}
