import { interruptible, throwIfInterrupted } from '../../base/interruptible.ts';

interface UnderWay<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Work that all join who ask while it is under way. A signal ends the wait of its own caller only; the work itself
 * is aborted once nobody waits for it any more.
 */
export function shared<T>(work: (signal: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let underWay: UnderWay<T> | undefined;

  const begin = (): UnderWay<T> => {
    const stop = new AbortController();
    const begun = { result: work(stop.signal).finally(() => end(begun)), stop, waiting: 0 };
    return begun;
  };
  const end = (ended: UnderWay<T>) => {
    if (underWay === ended) underWay = undefined;
  };

  return async (signal) => {
    throwIfInterrupted(signal);
    underWay ??= begin();
    const joined = underWay;
    joined.waiting += 1;
    try {
      return await interruptible(() => joined.result, signal);
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0) {
        end(joined);
        joined.stop.abort();
      }
    }
  };
}
