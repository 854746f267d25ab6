import { setImmediate as turn } from 'node:timers/promises';

/** Decoding a game takes milliseconds: after so many a console must get to its keys. */
const gamesATurn = 8;

/** As flatMap, but lets the rest of the program go on in between. */
export async function inTurns<T, U>(items: readonly T[], work: (item: T) => readonly U[]): Promise<U[]> {
  const results: U[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % gamesATurn === 0) await turn();
    results.push(...work(item));
  }
  return results;
}
