/** Runs in a thread of its own: SQLite blocks the thread that calls it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker } from './messages.ts';
import { createStore } from './store.ts';

const store = createStore(String(workerData));

parentPort?.on('message', (message: ToWorker) => {
  if (message === 'close') {
    store.close();
    parentPort?.postMessage('closed');
    return;
  }
  for (const replies of store.answer(message)) parentPort?.postMessage(replies);
});
