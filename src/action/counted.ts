import type { Reading } from './action.ts';

/** The same batches, told of as they are taken. */
export async function* counted<T>(
  what: string,
  batches: AsyncIterable<readonly T[]>,
  reading: Reading,
): AsyncGenerator<readonly T[]> {
  let done = 0;
  for await (const batch of batches) {
    yield batch;
    done += batch.length;
    reading(what, done, undefined, 'games');
  }
}
