import type { StepContext, StepOutcome } from '../action/action.ts';
import { type GameFailure, type GameOutcome, workThroughBatches } from '../action/bulk.ts';
import { createRecords } from '../backend/create-records.ts';
import type { Backend, CreateOutcome, Expected } from '../backend/port.ts';
import { asFault, Fault } from '../base/fault.ts';
import { inParallel } from '../base/in-parallel.ts';
import type { RecordKey } from '../game/record.ts';
import { keyText } from '../game/record-words.ts';
import { refOfPath } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type ArchivedRecord, openArchive, readChunks } from './reader.ts';
import { isWritten, type PlannedGame } from './restore-decision.ts';

interface ToWrite extends RecordKey {
  readonly archived: ArchivedRecord;
  /** undefined when what is there is in no safety archive, and so is not overwritten. */
  readonly expected: Expected | undefined;
}

type Outcome = GameOutcome | GameFailure;

const notBegun: Outcome & CreateOutcome = { kind: 'not-begun' };

interface Used {
  readonly path: string;
  readonly rootHash: string;
}

const replacesAtOnce = 32;

/**
 * Writes each planned game over exactly what the plan saw there, or its server left there, and nothing else.
 *
 * @param kept digests, by key, of the records in the safety archive; no other is overwritten
 */
export async function writeGames(
  { backend, store }: { readonly backend: Backend; readonly store: ArchiveStore },
  { archive, games }: { readonly archive: Used; readonly games: readonly PlannedGame[] },
  kept: ReadonlyMap<string, string>,
  context: StepContext,
): Promise<StepOutcome> {
  const planned = new Map(games.filter(isWritten).map((game) => [keyText(game), game]));
  if (planned.size === 0) return { kind: 'unchanged', note: 'nothing to write' };
  return workThroughBatches<ToWrite>(
    {
      total: planned.size,
      batches: plannedOf(recordsOf(store, archive, context.signal), planned, kept),
      done: 'written',
      next: 'Make a new plan: it shows what is still to be restored',
      all: (batch, signal) => writeBatch(backend, batch, signal),
    },
    context,
  );
}

/** Most games of most restores are not there; those go together. */
async function writeBatch(
  backend: Backend,
  batch: readonly ToWrite[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const fresh = batch.filter(({ expected }) => expected === 'absent');
  const others = batch.filter(({ expected }) => expected !== 'absent');
  const outcomes = new Map<ToWrite, Outcome>();
  const create = async () => {
    const records = fresh.map(({ archived }) => archived.encoded);
    const created = await createRecords(backend, records, signal);
    for (const [at, game] of fresh.entries()) outcomes.set(game, outcomeOf(created[at] ?? notBegun));
  };
  const replace = async (game: ToWrite) => {
    outcomes.set(game, signal.aborted ? notBegun : await replaceOne(backend, game, signal));
  };
  await Promise.all([create(), inParallel(others, replacesAtOnce, replace)]);
  return batch.map((game) => outcomes.get(game) ?? notBegun);
}

async function replaceOne(
  backend: Backend,
  { archived, expected }: ToWrite,
  signal: AbortSignal,
): Promise<Outcome> {
  if (expected === undefined) return { kind: 'moved' };
  try {
    return outcomeOf(await backend.replaceRecord(archived.record, expected, signal));
  } catch (thrown) {
    return { kind: 'failed', fault: asFault(thrown) };
  }
}

function outcomeOf(created: CreateOutcome): Outcome {
  switch (created.kind) {
    case 'written':
      return { kind: 'done' };
    case 'changed':
      return { kind: 'moved' };
    case 'refused':
      return { kind: 'refused', why: created.fault.message };
    default:
      return created;
  }
}

async function* plannedOf(
  chunks: AsyncIterable<readonly ArchivedRecord[]>,
  games: ReadonlyMap<string, PlannedGame>,
  kept: ReadonlyMap<string, string>,
): AsyncGenerator<readonly ToWrite[]> {
  for await (const records of chunks) {
    yield records.flatMap((archived) => {
      const { id, layout } = archived.encoded;
      const key = keyText(archived.encoded);
      const planned = games.get(key);
      return planned ? [{ id, layout, archived, expected: expectedOf(planned, kept.get(key)) }] : [];
    });
  }
}

function expectedOf({ does, found }: PlannedGame, kept: string | undefined): Expected | undefined {
  if (kept !== undefined || does === 'update') return kept;
  return found === 'unreadable' ? 'absent' : found;
}

async function* recordsOf(
  store: ArchiveStore,
  { path, rootHash }: Used,
  signal: AbortSignal,
): AsyncGenerator<readonly ArchivedRecord[]> {
  const file = await store.open(refOfPath(path));
  try {
    const archive = await openArchive(file);
    // The file may have been exchanged since it was verified. Its root hash stands for each of its bytes.
    if (archive.rootHash.toString('hex') !== rootHash) throw exchanged();
    for await (const chunk of readChunks(archive, signal)) {
      if (chunk.kind === 'damaged') throw chunk.fault;
      yield chunk.records;
    }
  } finally {
    await file.close();
  }
}

function exchanged(): Fault {
  return new Fault('stale', 'The archive no longer holds what the plan shows', {
    next: 'Make a new plan, from the archive as it is now',
  });
}
