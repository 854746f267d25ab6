import type { Clock } from './clock.ts';
import { asFault, type Fault } from './fault.ts';

/** One reading: a value or a failure. Missing is never zero. */
export type Sample<T> =
  | { readonly kind: 'value'; readonly value: T; readonly atMs: number }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly atMs: number };

/** What a panel sees. `last` survives failures, so old rows can stay on screen marked with their age. */
export interface FeedState<T> {
  /** undefined until the first read has ended. */
  readonly latest: Sample<T> | undefined;
  /** The newest reading that had a value; older than `latest` when reads fail. */
  readonly last: Extract<Sample<T>, { kind: 'value' }> | undefined;
}

export interface Feed<T> {
  readonly name: string;
  readonly intervalMs: number;
  /** The same object until something changes. */
  state(): FeedState<T>;
  /** Reading starts with the first subscriber and stops with the last: hidden views cost nothing. */
  subscribe(changed: () => void): () => void;
  /** Reads now; joins a read that is under way. */
  refresh(): Promise<void>;
}

type FeedRead<T> = (signal: AbortSignal) => Promise<T>;

interface FeedOptions<T> {
  readonly name: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly read: FeedRead<T>;
}

/**
 * The one polling loop: from the start of a read to the start of the next is one interval. A read that outlasts it
 * delays the next one; reads never overlap.
 */
export function createFeed<T>({ name, intervalMs, clock, read }: FeedOptions<T>): Feed<T> {
  let state: FeedState<T> = { latest: undefined, last: undefined };
  let running: Promise<void> | undefined;
  let loop: AbortController | undefined;
  const listeners = new Set<() => void>();

  const publish = (next: FeedState<T>) => {
    state = next;
    for (const listener of listeners) listener();
  };

  const readOnce = async () => {
    const abort = new AbortController();
    const sample = await read(abort.signal).then(
      (value): Sample<T> => ({ kind: 'value', value, atMs: clock.now() }),
      (thrown): Sample<T> => ({ kind: 'failed', fault: asFault(thrown), atMs: clock.now() }),
    );
    publish({ latest: sample, last: sample.kind === 'value' ? sample : state.last });
  };

  const refresh = () => {
    running ??= readOnce().finally(() => {
      running = undefined;
    });
    return running;
  };

  const poll = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const startedMs = clock.now();
      await refresh();
      const tookMs = clock.now() - startedMs;
      // A clock that was set back must not stop the polling for as long.
      const restMs = Math.min(intervalMs, Math.max(0, intervalMs - tookMs));
      await clock.sleep(restMs, signal).catch(() => {});
    }
  };

  return {
    name,
    intervalMs,
    state: () => state,
    refresh,
    subscribe(changed) {
      listeners.add(changed);
      if (!loop) {
        loop = new AbortController();
        void poll(loop.signal);
      }
      return () => {
        listeners.delete(changed);
        if (listeners.size > 0) return;
        loop?.abort();
        loop = undefined;
      };
    },
  };
}
