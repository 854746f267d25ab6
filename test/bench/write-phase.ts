/** The write phase of a restore, of games that are not there. */
import type { Backend } from '../../src/backend/port.ts';
import type { PlannedGame } from '../../src/backup/restore-decision.ts';
import { writeGames } from '../../src/backup/restore-write.ts';
import type { RecordKey } from '../../src/game/record.ts';

type Writing = Pick<Parameters<typeof writeGames>[0], 'store'> & Parameters<typeof writeGames>[1];

export async function writePhase(backend: Backend, { store, archive, games }: Writing): Promise<void> {
  const context = { signal: new AbortController().signal, progress() {} };
  const { kind } = await writeGames({ backend, store }, { archive, games }, new Map(), context);
  if (kind !== 'done') throw new Error(`The write phase ended as ${kind}`);
}

export function toCreate({ id, layout }: RecordKey): PlannedGame {
  return { id, layout, does: 'create', archived: 'absent', found: 'absent' };
}
