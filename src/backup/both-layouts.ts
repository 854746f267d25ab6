import type { Backend } from '../backend/port.ts';
import { batchesOf, readInBatches } from '../backend/record-reads.ts';
import { ByteSet } from '../base/byte-set.ts';
import type { RecordKey } from '../game/record.ts';
import { keyBytes } from '../game/record-words.ts';
import { isRemoved, isWritten, type PlannedGame } from './restore-decision.ts';

/** Ids of games that would be created beside one of the same id in the other layout. */
export async function createdBeside(
  backend: Backend,
  games: readonly PlannedGame[],
  signal?: AbortSignal,
): Promise<string[]> {
  const created = keysOf(games.filter(isWritten));
  const removed = keysOf(games.filter(isRemoved));
  const found: string[] = [];
  for await (const batch of readInBatches(backend, otherLayouts(games), signal)) {
    const both = batch.filter(
      ({ key, read }) =>
        (read.kind !== 'absent' && !removed.has(keyBytes(key))) || created.has(keyBytes(key)),
    );
    found.push(...both.map(({ key }) => key.id));
  }
  return [...new Set(found)];
}

async function* otherLayouts(games: readonly PlannedGame[]): AsyncGenerator<readonly RecordKey[]> {
  for await (const batch of batchesOf([games])) {
    yield batch
      .filter(({ does }) => does === 'create')
      .map(({ id, layout }) => ({ id, layout: layout === 'legacy' ? 'current' : 'legacy' }));
  }
}

function keysOf(games: readonly RecordKey[]): ByteSet {
  const keys = new ByteSet();
  for (const game of games) keys.add(keyBytes(game));
  return keys;
}
