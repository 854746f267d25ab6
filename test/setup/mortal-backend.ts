/** A backend as a process sees it that is killed at one of its calls: nothing answers any more, nothing is sent. */
import type { Backend } from '../../src/backend/port.ts';

export interface Death {
  /** The call at which the process dies, counted from 1. */
  readonly call: number;
  /** Whether the call still reaches storage; its answer is lost in any case. */
  readonly arrives: boolean;
}

export interface MortalBackend extends Backend {
  /** Settles at death, never without one. */
  readonly died: Promise<void>;
}

const never = <T>(): Promise<T> => new Promise(() => {});

export function mortalBackend(inner: Backend, { call: last, arrives }: Death): MortalBackend {
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  let calls = 0;

  const until = async <T>(run: () => Promise<T>): Promise<T> => {
    calls++;
    if (calls > last) return never();
    if (calls < last) return run();
    if (arrives) await run();
    die();
    return never();
  };

  return {
    ...inner,
    died,
    append: (id, input, signal) => until(() => inner.append(id, input, signal)),
    read: (id, signal) => until(() => inner.read(id, signal)),
    putSnapshot: (id, input, signal) => until(() => inner.putSnapshot(id, input, signal)),
  };
}
