import { batchesOf, readHeld } from '../backend/record-reads.ts';
import type { Clock } from '../base/clock.ts';
import type { RecordKey } from '../game/record.ts';
import { createLikening, type Likened } from './likeness.ts';
import type { Sides } from './sides.ts';

/**
 * Every game of either side, in batches: first those of the primary, then those that only the secondary has. Nothing
 * is kept of what was seen, so memory does not grow with the games; a game that appears while this goes on may come
 * in neither part.
 */
export async function* walkBoth(
  sides: Sides,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<readonly Likened[]> {
  const liken = createLikening(sides, clock);
  for await (const keys of batchesOf(sides.primary.scan(signal))) {
    // One that has left the primary meanwhile comes with the others that only the secondary has.
    yield (await liken(keys, signal)).filter(({ primary }) => primary.found !== 'absent');
  }
  for await (const keys of batchesOf(sides.secondary.scan(signal))) {
    const missing = await absentAt(sides, keys, signal);
    if (missing.length > 0) yield await liken(missing, signal);
  }
}

async function absentAt(
  { primary }: Sides,
  keys: readonly RecordKey[],
  signal?: AbortSignal,
): Promise<readonly RecordKey[]> {
  const reads = await readHeld(primary, keys, signal);
  return keys.filter((_, index) => reads[index]?.kind === 'absent');
}
