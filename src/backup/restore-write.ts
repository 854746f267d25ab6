import type { StepContext, StepOutcome } from '../action/action.ts';
import { type GameOutcome, workThrough } from '../action/bulk.ts';
import type { Backend } from '../backend/port.ts';
import type { RecordKey } from '../game/record.ts';
import { keyText } from '../game/record-words.ts';
import { refOfPath } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type ArchivedRecord, openArchive, readChunks } from './reader.ts';
import { isWritten, type PlannedGame } from './restore-decision.ts';

interface ToWrite extends RecordKey {
  readonly archived: ArchivedRecord;
  readonly planned: PlannedGame;
}

/**
 * Writes each planned game over exactly what the plan saw there, or its server left there, and nothing else.
 *
 * @param kept digests, by key, of the records in the safety archive; no other is overwritten
 */
export async function writeGames(
  { backend, store }: { readonly backend: Backend; readonly store: ArchiveStore },
  { archivePath, games }: { readonly archivePath: string; readonly games: readonly PlannedGame[] },
  kept: ReadonlyMap<string, string>,
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
        const replaced = kept.get(keyText(game));
        if (game.does === 'update' && replaced === undefined) return { kind: 'moved' };
        const expected = replaced ?? (game.found === 'unreadable' ? 'absent' : game.found);
        const { kind } = await backend.replaceRecord(archived.record, expected, signal);
        return { kind: kind === 'written' ? 'done' : 'moved' };
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
