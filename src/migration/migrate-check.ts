import type { Check } from '../action/action.ts';
import { readInBatches } from '../backend/record-reads.ts';
import type { Layout } from '../game/record.ts';
import { gamesText, idText, namesOf } from '../game/record-words.ts';
import { carries } from './legacy-to-current.ts';
import type { MigrateDetail, MigrateParts } from './migrate-plan.ts';

const namedAtMost = 20;

/** Every game that was to be moved is in the current layout with all that it had, and nowhere else; what is not, by name. */
export async function checkMigrated(
  { backend }: Pick<MigrateParts, 'backend'>,
  { games }: Pick<MigrateDetail, 'games'>,
  progressed: () => void,
  signal?: AbortSignal,
): Promise<Check> {
  const due = games.filter(({ does }) => does !== 'skip');
  const keysOf = (layout: Layout) => due.map((planned) => ({ id: planned.id, layout, planned }));
  const here = new Set<string>();
  for await (const batch of readInBatches(backend, [keysOf('legacy')], signal)) {
    progressed();
    for (const { key, read } of batch) if (read.kind !== 'absent') here.add(key.id);
  }
  const there = new Set<string>();
  for await (const batch of readInBatches(backend, [keysOf('current')], signal)) {
    progressed();
    for (const { key, read } of batch) {
      if (read.kind === 'record' && carries(read.record, key.planned.fields)) there.add(key.id);
    }
  }
  const idsOf = (isHere: boolean, isThere: boolean) =>
    due.map(({ id }) => id).filter((id) => here.has(id) === isHere && there.has(id) === isThere);
  const whole = idsOf(false, true).length;
  const found = [
    `${whole} of ${gamesText(due.length)}`,
    named('still in the legacy layout', idsOf(true, false)),
    named('in both, which the next migration ends', idsOf(true, true)),
    named('not as they were moved', idsOf(false, false)),
  ];
  return {
    name: 'Games in the current layout, whole',
    kind: whole === due.length ? 'pass' : 'fail',
    found: found.filter(Boolean).join('; '),
  };
}

const named = (what: string, ids: readonly string[]) =>
  ids.length === 0 ? '' : `${what}: ${namesOf(ids.map(idText), namedAtMost)}`;
