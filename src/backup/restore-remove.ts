import type { StepContext, StepOutcome } from '../action/action.ts';
import { workThrough } from '../action/bulk.ts';
import type { Backend } from '../backend/port.ts';
import { readOne } from '../backend/record-reads.ts';
import { keyText } from '../game/record-words.ts';
import { isRemoved, type PlannedGame } from './restore-decision.ts';

/**
 * Removes each planned game if it is still exactly what was kept of it.
 *
 * @param kept digests, by key, of the records in the safety archive; no other is removed
 */
export function removeGames(
  backend: Backend,
  games: readonly PlannedGame[],
  kept: ReadonlyMap<string, string>,
  context: StepContext,
): Promise<StepOutcome> {
  const removed = games.filter(isRemoved);
  return workThrough<PlannedGame>(
    {
      total: removed.length,
      batches: [removed],
      done: 'removed',
      next: 'Make a new plan: it shows what is still to be removed',
      async one({ id, layout }, signal) {
        const key = { id, layout };
        const digest = kept.get(keyText(key));
        if (digest === undefined) return goneOr(backend, key, signal);
        const { kind } = await backend.removeRecord(key, digest, signal);
        return kind === 'written' ? { kind: 'done' } : goneOr(backend, key, signal);
      },
    },
    context,
  );
}

async function goneOr(backend: Backend, key: Pick<PlannedGame, 'id' | 'layout'>, signal: AbortSignal) {
  const read = await readOne(backend, key, signal);
  return { kind: read.kind === 'absent' ? 'unchanged' : 'moved' } as const;
}
