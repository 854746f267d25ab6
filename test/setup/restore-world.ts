/** A target that holds `present`, and an archive `a` of `archived`, in memory. */
import type { RestorePolicy } from '../../src/backup/restore-decision.ts';
import type { GameRecord } from '../../src/game/record.ts';
import { keyText } from '../../src/game/record-words.ts';
import type { AdminClient } from '../../src/platform/admin.ts';
import { gameRecord } from './archived-records.ts';
import { backupWorld } from './backup-world.ts';
import { recordBackend } from './record-backend.ts';
import { tempFolder } from './temp-folder.ts';
import { virtualClock } from './virtual-clock.ts';

export const atTurn = (id: string, revision: number): GameRecord =>
  gameRecord({ id, revision, phase: 'TURN' });

/** @param admin what servers hold; none is asked when left out */
export async function restoreWorld(
  archived: readonly GameRecord[],
  present: readonly GameRecord[],
  admin?: AdminClient,
) {
  const clock = virtualClock();
  const backend = recordBackend(clock, archived);
  const stateDir = tempFolder();
  const made = backupWorld({ backend, clock, stateDir, ...(admin ? { admin } : {}) });
  await made.backUp('a');
  backend.records.clear();
  const put = (record: GameRecord) => backend.records.set(keyText(record), record);
  for (const record of present) put(record);
  const plan = (onExisting: RestorePolicy = 'overwrite', only?: readonly string[]) =>
    made.runner.prepare(made.restore, { archive: 'a', onExisting, only });
  const planUndo = (run: string, onExisting: RestorePolicy = 'fail') =>
    made.runner.prepare(made.restore, { undo: run, onExisting });
  return { backend, clock, stateDir, ...made, put, plan, planUndo };
}
