import type { Clock } from './clock.ts';
import { asFault, type Fault } from './fault.ts';

/** One reading: a value, an honest nothing, or a failure. Missing is never zero. */
export type Sample<T> =
  | { readonly kind: 'value'; readonly value: T; readonly atMs: number }
  | { readonly kind: 'none'; readonly why: string; readonly atMs: number }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly atMs: number };

/** What a panel sees. `last` survives failures, so old rows can stay on screen marked with their age. */
export interface FeedState<T> {
  /** undefined until the first read has ended. */
  readonly latest: Sample<T> | undefined;
  /** The newest reading that had a value; older than `latest` when reads fail. */
  readonly last: Extract<Sample<T>, { kind: 'value' }> | undefined;
  readonly paused: boolean;
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
  setPaused(paused: boolean): void;
}

/** What a read returns when it worked and there was nothing to read. */
export class NoData {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

export type FeedRead<T> = (signal: AbortSignal) => Promise<T | NoData>;

interface FeedOptions<T> {
  readonly name: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly read: FeedRead<T>;
}

/** The one polling loop. A read that outlasts the interval delays the next one; reads never overlap. */
export function createFeed<T>({ name, intervalMs, clock, read }: FeedOptions<T>): Feed<T> {
  let state: FeedState<T> = { latest: undefined, last: undefined, paused: false };
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
      (value): Sample<T> =>
        value instanceof NoData
          ? { kind: 'none', why: value.why, atMs: clock.now() }
          : { kind: 'value', value, atMs: clock.now() },
      (thrown): Sample<T> => ({ kind: 'failed', fault: asFault(thrown), atMs: clock.now() }),
    );
    publish({ ...state, latest: sample, last: sample.kind === 'value' ? sample : state.last });
  };

  const refresh = () => {
    running ??= readOnce().finally(() => {
      running = undefined;
    });
    return running;
  };

  const poll = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      if (!state.paused) await refresh();
      await clock.sleep(intervalMs, signal).catch(() => {});
    }
  };

  return {
    name,
    intervalMs,
    state: () => state,
    refresh,
    setPaused: (paused) => publish({ ...state, paused }),
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
