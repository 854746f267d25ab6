/**
 * Lets so many pieces of work run at once, the others wait in the order they came. The client's own queue would count
 * the wait for a connection as time that the server took.
 */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>;

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;

  const take = async (): Promise<void> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  // Handed on, not freed, so that nobody comes in between.
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };

  return async (work) => {
    await take();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
