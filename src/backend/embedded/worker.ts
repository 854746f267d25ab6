/** Runs in a thread of its own: SQLite blocks the thread that calls it. */
import { parentPort, workerData } from 'node:worker_threads';
import { isBusy, storeFault } from './faults.ts';
import type { Reply, Request, Store } from './messages.ts';
import { createStore } from './store.ts';

const file = String(workerData);
const store = createStore(file);

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(answer(request));
});

function answer(request: Request): Reply {
  try {
    return { kind: 'done', value: call(store, request) };
  } catch (thrown) {
    if (isBusy(thrown)) return { kind: 'busy' };
    const { code, message, next } = storeFault(thrown, file);
    return { kind: 'failed', fault: { code, message, ...(next === undefined ? {} : { next }) } };
  }
}

function call(store: Store, { method, args }: Request): unknown {
  // The client's `call` has checked the arguments against this very method.
  const run = store[method] as (...args: readonly unknown[]) => unknown;
  return run(...args);
}
