import type { Backend, RecordRead } from '../backend/port.ts';
import { readHeld, readInBatches } from '../backend/record-reads.ts';
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
    const others = await readHeld(
      backend,
      batch.map(({ key }) => otherLayout(key)),
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
  // The current one counts first.
  const keys: RecordKey[] = [
    { id, layout: 'current' },
    { id, layout: 'legacy' },
  ];
  const reads = await readHeld(backend, keys, signal);
  const found = keys.flatMap((key, index) => {
    const read = reads[index];
    return read && isThere(read) ? [{ key, read }] : [];
  });
  const chosen = found.find(({ key }) => layout === undefined || key.layout === layout);
  return chosen && { ...chosen, inBothLayouts: found.length > 1 };
}

const otherLayout = ({ id, layout }: RecordKey): RecordKey => ({
  id,
  layout: layout === 'legacy' ? 'current' : 'legacy',
});

const isThere = (read: RecordRead | undefined) => read !== undefined && read.kind !== 'absent';
