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
import { type ArchivedRecord, type ChunkRead, openArchive, readChunks } from './reader.ts';
import { isWritten, type PlannedGame } from './restore-decision.ts';

type ReadRecords = Extract<ChunkRead, { readonly kind: 'records' }>;

interface ToWrite extends RecordKey, Pick<ReadRecords, 'release'> {
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
  const total = games.filter(isWritten).length;
  if (total === 0) return { kind: 'unchanged', note: 'nothing to write' };
  return workThroughBatches<ToWrite>(
    {
      total,
      batches: plannedOf(recordsOf(store, archive, context.signal), games, kept),
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
  const fresh = batch.filter(isFresh).map(({ archived }) => archived.encoded);
  const others = batch.filter((game) => !isFresh(game));
  const replace = async (game: ToWrite) =>
    signal.aborted ? notBegun : await replaceOne(backend, game, signal);
  const [created, replaced] = await Promise.all([
    createRecords(backend, fresh, signal),
    inParallel(others, replacesAtOnce, replace),
  ]);
  const [createdInTurn, replacedInTurn] = [created.values(), replaced.values()];
  const outcomes = batch.map((game) =>
    isFresh(game)
      ? outcomeOf(createdInTurn.next().value ?? notBegun)
      : (replacedInTurn.next().value ?? notBegun),
  );
  // What failed may still be under way: its bytes stay what they are.
  if (outcomes.every(isAnswered)) batch[0]?.release();
  return outcomes;
}

const isAnswered = ({ kind }: Outcome) => kind !== 'failed' && kind !== 'not-begun';

const isFresh = ({ expected }: ToWrite) => expected === 'absent';

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
  chunks: AsyncIterable<ReadRecords>,
  games: readonly PlannedGame[],
  kept: ReadonlyMap<string, string>,
): AsyncGenerator<readonly ToWrite[]> {
  const find = finderOf(games);
  for await (const { records, release } of chunks) {
    const batch: ToWrite[] = [];
    for (const archived of records) {
      const { id, layout } = archived.encoded;
      const planned = find(archived.encoded);
      if (planned && isWritten(planned))
        batch.push({ id, layout, archived, expected: expectedOf(planned, kept), release });
    }
    yield batch;
  }
}

/** Most plans have the games of the archive in its order: then the next one is asked for, and no map is made. */
function finderOf(games: readonly PlannedGame[]): (key: RecordKey) => PlannedGame | undefined {
  let at = 0;
  let byKey: ReadonlyMap<string, PlannedGame> | undefined;
  return (key) => {
    const next = games[at];
    if (next?.id === key.id && next.layout === key.layout) {
      at++;
      return next;
    }
    byKey ??= new Map(games.map((game) => [keyText(game), game]));
    return byKey.get(keyText(key));
  };
}

function expectedOf(planned: PlannedGame, kept: ReadonlyMap<string, string>): Expected | undefined {
  if (planned.does === 'update') return kept.get(keyText(planned));
  return planned.found === 'unreadable' ? 'absent' : planned.found;
}

async function* recordsOf(
  store: ArchiveStore,
  { path, rootHash }: Used,
  signal: AbortSignal,
): AsyncGenerator<ReadRecords> {
  const file = await store.open(refOfPath(path));
  try {
    const archive = await openArchive(file, rootHash);
    // The file may have been exchanged since it was verified. Its root hash stands for each of its bytes.
    if (archive.rootHash.toString('hex') !== rootHash) throw exchanged();
    for await (const chunk of readChunks(archive, signal)) {
      if (chunk.kind === 'damaged') throw chunk.fault;
      yield chunk;
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
