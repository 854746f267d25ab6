import type { Backend, RecordRead } from '../backend/port.ts';
import { readInBatches } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';
import type { GameKey } from './game-view.ts';

export interface FoundGame {
  readonly key: RecordKey;
  readonly read: RecordRead;
  readonly inBothLayouts: boolean;
}

/** Every stored game, in batches, each with whether there is another one under its id. */
export async function* readAllGames(
  backend: Backend,
  signal?: AbortSignal,
): AsyncGenerator<readonly FoundGame[]> {
  for await (const batch of readInBatches(backend, backend.scan(signal), signal)) {
    const others = await readOthers(
      backend,
      batch.map(({ key }) => key),
      signal,
    );
    // An id that is no UTF-8 reads as something unreadable in either layout.
    const isDouble = (id: string, index: number) => id.isWellFormed() && isThere(others[index]);
    yield batch.map(({ key, read }, index) => ({ key, read, inBothLayouts: isDouble(key.id, index) }));
  }
}

/** undefined when there is no such game. */
export async function readGame(
  backend: Backend,
  { id, layout }: GameKey,
  signal?: AbortSignal,
): Promise<FoundGame | undefined> {
  const keys = layoutsOf(backend).map((one): RecordKey => ({ id, layout: one }));
  const reads = await backend.readRecords(keys, signal);
  const found = keys.flatMap((key, index) => {
    const read = reads[index];
    return read && isThere(read) ? [{ key, read }] : [];
  });
  const chosen = found.find(({ key }) => layout === undefined || key.layout === layout);
  return chosen && { ...chosen, inBothLayouts: found.length > 1 };
}

/** The current one first. */
const layoutsOf = ({ supports }: Backend): RecordKey['layout'][] =>
  supports.legacyLayout ? ['current', 'legacy'] : ['current'];

async function readOthers(
  backend: Backend,
  keys: readonly RecordKey[],
  signal?: AbortSignal,
): Promise<readonly RecordRead[]> {
  if (!backend.supports.legacyLayout) return [];
  const others = keys.map(
    ({ id, layout }): RecordKey => ({ id, layout: layout === 'legacy' ? 'current' : 'legacy' }),
  );
  return backend.readRecords(others, signal);
}

const isThere = (read: RecordRead | undefined) => read !== undefined && read.kind !== 'absent';
