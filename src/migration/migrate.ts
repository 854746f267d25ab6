import type { Action, Step } from '../action/action.ts';
import { workThrough } from '../action/bulk.ts';
import { knownStep } from '../action/known-step.ts';
import { refusedCheck } from '../action/refused-check.ts';
import type { RecordKey } from '../game/record.ts';
import { gamesText } from '../game/record-words.ts';
import { checkMigrated } from './migrate-check.ts';
import type { PlannedMigration } from './migrate-decision.ts';
import { migrateGame } from './migrate-game.ts';
import {
  basisOf,
  draftMigrate,
  type MigrateDetail,
  type MigrateInput,
  type MigrateParts,
  migrateSteps,
} from './migrate-plan.ts';
import { playedRooms } from './writers.ts';

/**
 * `games migrate`: games of the legacy layout become games of the current one, in the same storage, nothing of them
 * lost. From the plan on each is watched by its digest: one that is written by anybody is left as it is.
 */
export function createMigrateAction(parts: MigrateParts): Action<MigrateInput, MigrateDetail> {
  return {
    name: 'games migrate',
    effect: 'target',
    draft: (input, _reading, signal) => draftMigrate(parts, input, signal),
    basis: async () => basisOf(parts.backend),
    lockKey: ({ target }) => `games migrate ${target}`,
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: async ({ detail }, progressed, signal) => [
      await checkMigrated(parts, detail, progressed, signal),
      ...refusedCheck(detail.refused),
    ],
  };
}

function stepsOf(parts: MigrateParts, { asksServers, games }: MigrateDetail): Step[] {
  let played: ReadonlyMap<string, string> = new Map();
  const ask = knownStep(migrateSteps.ask, async ({ signal }) => {
    played = await playedRooms(parts.platform, signal);
    return { kind: 'unchanged', note: `${gamesText(played.size)} on their tables` };
  });
  const moved = games.filter(({ does }) => does !== 'skip').map(asKey);
  const move: Step = {
    name: migrateSteps.move,
    run: (context) =>
      workThrough(
        {
          total: moved.length,
          batches: [moved],
          done: 'moved',
          next: 'Make a new plan: it shows what is left and why',
          one: async ({ planned }, signal) =>
            played.has(planned.id) ? { kind: 'moved' } : migrateGame(parts, planned, signal),
        },
        context,
      ),
  };
  return asksServers ? [ask, move] : [move];
}

interface MigrationKey extends RecordKey {
  readonly planned: PlannedMigration;
}

const asKey = (planned: PlannedMigration): MigrationKey => ({ id: planned.id, layout: 'legacy', planned });
