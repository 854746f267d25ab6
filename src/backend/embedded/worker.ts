/**
 * Runs in a thread of its own: SQLite blocks the thread that calls it. It waits for a bell and not for its event loop, which
 * is woken later by as long as a write takes.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerStart } from './messages.ts';
import { createStore } from './store.ts';

const { file, bell, awakeMs }: WorkerStart = workerData;
const store = createStore(file);

for (let open = true; open; ) {
  const rung = Atomics.load(bell, 0);
  for (let message = received(); message; message = received()) open &&= answer(message);
  if (open) awaitRing(rung);
}

function received(): ToWorker | undefined {
  return parentPort ? receiveMessageOnPort(parentPort)?.message : undefined;
}

/** @returns whether more may be asked */
function answer(message: ToWorker): boolean {
  if (message === 'close') {
    store.close();
    parentPort?.postMessage('closed');
    return false;
  }
  for (const replies of store.answer(message)) parentPort?.postMessage(replies);
  return true;
}

function awaitRing(rung: number): void {
  const endMs = performance.now() + awakeMs;
  while (Atomics.load(bell, 0) === rung && performance.now() < endMs);
  Atomics.wait(bell, 0, rung);
}
