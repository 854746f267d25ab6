/** Work that screens have started, so that the console can stop it and wait for it before it ends. */
export interface Tracker {
  /** Starts work that is told to stop when the console ends. */
  track<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Tells all work to stop and resolves when it has. */
  finish(): Promise<void>;
}

export function createTracker(): Tracker {
  const abort = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    track(work) {
      const promise = work(abort.signal);
      running.add(promise);
      const done = () => running.delete(promise);
      promise.then(done, done);
      return promise;
    },
    async finish() {
      abort.abort();
      await Promise.allSettled(running);
    },
  };
}
