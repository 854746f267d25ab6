import type { GameOutcome } from '../action/bulk.ts';
import type { RecordRead } from '../backend/port.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { carries, migrationBy, toCurrent } from './legacy-to-current.ts';
import type { PlannedMigration } from './migrate-decision.ts';
import type { MigrateParts } from './migrate-plan.ts';

/**
 * Makes the current game if there is none, then removes the legacy one if it is still what was read. Killed in between
 * it leaves both, and the current one carries the legacy one: the next migration sees that and removes it.
 *
 * Interrupted it ends what it has begun to write, which the backend's own time limit bounds: so it is always known how
 * far it came.
 */
export async function migrateGame(
  parts: MigrateParts,
  planned: PlannedMigration,
  signal: AbortSignal,
): Promise<GameOutcome> {
  const { backend } = parts;
  const both = await readBoth(parts, planned.id, signal).catch((thrown: unknown) => {
    if (signal.aborted) return undefined;
    throw thrown;
  });
  if (!both || signal.aborted) return { kind: 'not-begun' };
  const [legacy, current] = both;
  if (legacy.kind !== 'record') {
    return isMigrated(current, planned) ? { kind: 'unchanged' } : { kind: 'moved' };
  }
  if (recordDigest(legacy.record) !== planned.found) return { kind: 'moved' };

  const made = isMigrated(current, planned) ? undefined : await make(parts, legacy.record);
  if (made?.kind === 'refused') return made;
  const { kind } = await backend.removeRecord(keyOf(planned.id, 'legacy'), planned.found);
  if (kind === 'written') return { kind: 'done' };
  // Somebody wrote the legacy game just now: theirs counts, and what was made of the older one goes.
  return made ? undo(parts, made.record) : { kind: 'moved' };
}

type Made =
  | { readonly kind: 'made'; readonly record: GameRecord }
  | { readonly kind: 'refused'; readonly why: string };

async function make(
  { backend, codec, clock, random, actor }: MigrateParts,
  legacy: GameRecord,
): Promise<Made> {
  const migration = migrationBy(actor, clock.now(), random(8));
  const converted = toCurrent(legacy, codec, migration);
  if (converted.kind === 'refused') return converted;
  const { kind } = await backend.replaceRecord(converted.record, 'absent');
  if (kind === 'written') return { kind: 'made', record: converted.record };
  return { kind: 'refused', why: 'exists in both layouts, with other content' };
}

async function undo({ backend }: MigrateParts, made: GameRecord): Promise<GameOutcome> {
  const { kind } = await backend.removeRecord(keyOf(made.id, 'current'), recordDigest(made));
  if (kind === 'written') return { kind: 'moved' };
  return { kind: 'refused', why: 'both layouts were written while it was moved; look at both' };
}

async function readBoth({ backend }: MigrateParts, id: string, signal: AbortSignal) {
  const absent: RecordRead = { kind: 'absent' };
  const [legacy = absent, current = absent] = await backend.readRecords(
    [keyOf(id, 'legacy'), keyOf(id, 'current')],
    signal,
  );
  return [legacy, current] as const;
}

const isMigrated = (current: RecordRead, { fields }: PlannedMigration) =>
  current.kind === 'record' && carries(current.record, fields);

const keyOf = (id: string, layout: RecordKey['layout']): RecordKey => ({ id, layout });
