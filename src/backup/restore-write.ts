import type { StepContext, StepOutcome } from '../action/action.ts';
import type { Backend } from '../backend/port.ts';
import { asFault, Fault, type FaultCode } from '../base/fault.ts';
import type { GameRecord } from '../game/record.ts';
import { gameLabel, gamesText, keyText, namesOf } from '../game/record-words.ts';
import { refOfPath } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type ArchivedRecord, openArchive, readChunks } from './reader.ts';
import type { PlannedGame } from './restore-decision.ts';
import { isWritten, type RestoreDetail } from './restore-plan.ts';

/** Writes under way at once; each is one compare-and-replace. */
const parallelWrites = 32;

/** What one game's record is to blame for; any other fault concerns the games after it too. */
const faultsOfOneGame: readonly FaultCode[] = ['refused', 'game-invalid', 'record-unreadable'];
/** After these the write may have happened all the same. */
const unclearFaults: readonly FaultCode[] = ['backend-unreachable', 'backend-failed', 'interrupted'];

interface Progress {
  written: number;
  /** Labels of games that were no longer what the plan saw. */
  readonly changed: string[];
  /** Labels of games that must not be written or that the backend would not take, with the reason. */
  readonly refused: string[];
  stopped: Fault | undefined;
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
  const result: Progress = { written: 0, changed: [], refused: [], stopped: undefined };
  let done = 0;

  const writeOne = async (archived: ArchivedRecord) => {
    const key = keyText(archived.record);
    const game = planned.get(key);
    if (!game) return;
    // The file may have been exchanged since it was verified.
    if (archived.digest !== game.archived) {
      result.refused.push(`${gameLabel(game)} (the archive no longer holds what the plan shows)`);
    } else if (game.does === 'update' && !kept.has(key)) result.changed.push(gameLabel(game));
    else await writeGame(backend, archived.record, game, result, context.signal);
    context.progress(++done, planned.size, 'games');
  };

  try {
    for await (const records of recordsOf(store, archivePath)) {
      for (let at = 0; at < records.length && !result.stopped; at += parallelWrites) {
        context.signal.throwIfAborted();
        await Promise.all(records.slice(at, at + parallelWrites).map(writeOne));
      }
      if (result.stopped) break;
    }
  } catch (thrown) {
    result.stopped ??= asFault(thrown);
  }
  return outcomeOf(planned.size, result);
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
  game: PlannedGame,
  result: Progress,
  signal: AbortSignal,
): Promise<void> {
  try {
    const expected = game.found === 'unreadable' ? 'absent' : game.found;
    const { kind } = await backend.replaceRecord(record, expected, signal);
    if (kind === 'written') result.written++;
    else result.changed.push(gameLabel(game));
  } catch (thrown) {
    const fault = asFault(thrown);
    if (faultsOfOneGame.includes(fault.code)) result.refused.push(`${gameLabel(game)} (${fault.message})`);
    else result.stopped ??= fault;
  }
}

function outcomeOf(planned: number, { written, changed, refused, stopped }: Progress): StepOutcome {
  if (written === planned) return { kind: 'done', note: `${gamesText(written)} written` };
  const message = [
    `${written} of ${gamesText(planned)} written`,
    changed.length > 0 ? `changed since the plan and left alone: ${namesOf(changed)}` : '',
    refused.length > 0 ? `refused: ${namesOf(refused)}` : '',
    stopped ? `stopped: ${stopped.message}` : '',
  ];
  const code = written > 0 ? 'partial' : (stopped?.code ?? (changed.length > 0 ? 'conflict' : 'refused'));
  const fault = new Fault(code, message.filter(Boolean).join('; '), {
    next: stopped?.next ?? 'Make a new plan: it shows what is still to be restored',
    cause: stopped,
  });
  return { kind: stopped && unclearFaults.includes(stopped.code) ? 'unknown' : 'failed', fault };
}
