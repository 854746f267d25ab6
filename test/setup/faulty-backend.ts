/** Any backend with faults of the engine's calls that a test switches on. */
import type { Backend } from '../../src/backend/port.ts';
import { Fault } from '../../src/base/fault.ts';

export interface Faults {
  readonly writes?:
    | 'none'
    /** Rejects, and nothing is stored. */
    | 'before'
    /** Stores, then rejects: the answer is lost. */
    | 'after'
    /** Rejects now; the write arrives when `deliver` is called. */
    | 'late';
  readonly readsFail?: boolean;
  /** What the Fault gives as its cause. */
  readonly cause?: unknown;
}

export interface FaultyBackend<B extends Backend> extends Backend {
  readonly inner: B;
  readonly calls: { append: number; read: number; putSnapshot: number };
  fail(faults: Faults): void;
  /** Lets the writes that were held back arrive, in their order. */
  deliver(): Promise<void>;
}

export function faultyBackend<B extends Backend>(inner: B): FaultyBackend<B> {
  const calls = { append: 0, read: 0, putSnapshot: 0 };
  let faults: Faults = {};
  let held: (() => Promise<unknown>)[] = [];

  const fault = () =>
    new Fault('backend-unreachable', 'The backend was told to fail', {
      retryable: true,
      cause: faults.cause,
    });

  const write = async <T>(run: () => Promise<T>): Promise<T> => {
    const { writes } = faults;
    if (writes === 'late') held.push(run);
    if (writes === 'before' || writes === 'late') throw fault();
    const answer = await run();
    if (writes === 'after') throw fault();
    return answer;
  };

  return {
    ...inner,
    inner,
    calls,
    fail(next) {
      faults = next;
    },
    async deliver() {
      const arriving = held;
      held = [];
      for (const run of arriving) await run();
    },
    append(id, input, signal) {
      calls.append++;
      return write(() => inner.append(id, input, signal));
    },
    putSnapshot(id, input, signal) {
      calls.putSnapshot++;
      return write(() => inner.putSnapshot(id, input, signal));
    },
    async read(id, signal) {
      calls.read++;
      signal?.throwIfAborted();
      if (faults.readsFail) throw fault();
      return inner.read(id, signal);
    },
  };
}
