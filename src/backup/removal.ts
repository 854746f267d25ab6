import type { StepContext, StepOutcome } from '../action/action.ts';
import { workThrough } from '../action/bulk.ts';
import type { Backend } from '../backend/port.ts';
import { readOne } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';

/**
 * Removes each game if it is still exactly what is kept of it.
 *
 * @param keptAs digest of its record in an archive that is whole; undefined where none has it, and then it stays
 */
export function removeGames<G extends RecordKey>(
  backend: Backend,
  games: readonly G[],
  keptAs: (game: G) => string | undefined,
  context: StepContext,
): Promise<StepOutcome> {
  return workThrough<G>(
    {
      total: games.length,
      batches: [games],
      done: 'removed',
      next: 'Make a new plan: it shows what is left',
      async one(game, signal) {
        const key = { id: game.id, layout: game.layout };
        const digest = keptAs(game);
        const removed = digest === undefined ? undefined : await backend.removeRecord(key, digest, signal);
        if (removed?.kind === 'written') return { kind: 'done' };
        const { kind } = await readOne(backend, key, signal);
        return { kind: kind === 'absent' ? 'unchanged' : 'moved' };
      },
    },
    context,
  );
}
