import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { interrupted, interruptible } from '../../base/interruptible.ts';
import type { FromWorker, Reply, Request, Store, ToWorker, WorkerStart } from './messages.ts';

/** The bundle puts the worker beside the chunk that this module ends up in. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './embedded-worker.js',
  import.meta.url,
);

// Another process holds the lock for about a millisecond a write; these add up to some seconds.
const maxAttempts = 200;
const maxPauseMs = 50;
/** Bounds how long the first of a batch waits for the commit that the last of it shares. */
const maxBatch = 100;
/**
 * To be woken takes a thread as long as to write to a fast disk. So each stays awake for the other this long, on a core of
 * its own: longer than such a write here, and until who writes one after the other comes again there.
 */
const [awakeMs, workerAwakeMs] = availableParallelism() > 1 ? [0.4, 0.2] : [0, 0];

export interface StoreClient {
  call<M extends keyof Store>(
    method: M,
    args: Parameters<Store[M]>,
    signal: AbortSignal | undefined,
  ): Promise<ReturnType<Store[M]>>;
  /** Ends the thread once the calls before it are done. */
  close(): Promise<void>;
}

/** @param random 0 up to 1 */
export function createStoreClient(file: string, clock: Clock, random: () => number): StoreClient {
  const thread = createThread(file);
  const queue = createQueue(thread);
  let closed = false;

  const askPatiently = async (request: Request, signal: AbortSignal | undefined): Promise<unknown> => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const reply = await queue.ask(request, signal);
      if (reply.kind === 'done') return reply.value;
      if (reply.kind === 'failed') throw new Fault(reply.fault.code, reply.fault.message, reply.fault);
      await clock.sleep(Math.min(maxPauseMs, 2 ** attempt) * (0.5 + random() / 2), signal);
    }
    throw lockedByAnother(file);
  };

  return {
    async call<M extends keyof Store>(
      method: M,
      args: Parameters<Store[M]>,
      signal: AbortSignal | undefined,
    ) {
      if (closed) throw new Fault('wrong-use', `The games' file is closed (${file})`);
      const value = await interruptible(() => askPatiently({ method, args }, signal), signal);
      // The worker answers with what this very method returned.
      return value as ReturnType<Store[M]>;
    },
    async close() {
      if (closed) return;
      closed = true;
      await queue.idle();
      await thread.end();
    },
  };
}

function lockedByAnother(file: string): Fault {
  return new Fault('backend-unreachable', `Another process keeps the games' file locked (${file})`, {
    next: 'Find the process that holds it, for example with fuser, and end it',
    retryable: true,
  });
}

/**
 * What waits while the thread works goes to it together, so that writes of that time share a commit. A call that is
 * aborted while it waits never starts.
 */
function createQueue(thread: Thread) {
  let waiting: { request: Request; signal: AbortSignal | undefined; settled: Settle }[] = [];
  let pumping: Promise<void> | undefined;

  const pump = async () => {
    // Calls of the same moment go together.
    await undefined;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      const live = batch.filter(({ signal, settled }) => {
        if (signal?.aborted) settled.reject(interrupted(signal));
        return !signal?.aborted;
      });
      if (live.length > 0) await thread.ask(live);
    }
    pumping = undefined;
  };

  return {
    ask(request: Request, signal: AbortSignal | undefined): Promise<Reply> {
      const { promise, ...settled } = Promise.withResolvers<Reply>();
      waiting.push({ request, signal, settled });
      pumping ??= pump();
      return promise;
    },
    /** Resolves when nothing waits or is under way. */
    idle: async () => pumping,
  };
}

interface Settle {
  resolve(reply: Reply): void;
  reject(fault: Fault): void;
}

type Thread = ReturnType<typeof createThread>;

/** Others have their turns meanwhile. */
function stayAwake(until: Promise<void>): void {
  const endMs = performance.now() + awakeMs;
  let waiting = true;
  const turn = () => {
    if (waiting && performance.now() < endMs) setImmediate(turn);
  };
  turn();
  void until.then(() => {
    waiting = false;
  });
}

/** Starts the worker with the first question, and again if it has died. It keeps the process alive only while asked. */
function createThread(file: string) {
  let worker: Worker | undefined;
  let asked: Settle[] = [];
  let answered = () => {};
  const bell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  const failAll = (fault: Fault) => {
    for (const { reject } of asked) reject(fault);
    asked = [];
    answered();
  };

  const start = (): Worker => {
    // Options of the process, such as --input-type, are not meant for the worker.
    const workerData: WorkerStart = { file, bell, awakeMs: workerAwakeMs };
    const started = new Worker(workerUrl, { workerData, execArgv: [] });
    started.on('message', (message: FromWorker) => {
      if (message === 'closed') {
        answered();
        return;
      }
      message.forEach((reply, index) => {
        asked[index]?.resolve(reply);
      });
      asked = asked.slice(message.length);
      if (asked.length > 0) return;
      started.unref();
      answered();
    });
    started.on('error', (cause) => {
      failAll(new Fault('backend-failed', `The thread of the games' file died: ${cause.message}`, { cause }));
    });
    started.on('exit', () => {
      worker = undefined;
      failAll(new Fault('backend-failed', "The thread of the games' file ended"));
    });
    return started;
  };

  const send = (message: ToWorker): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answered = resolve;
    worker ??= start();
    worker.ref();
    worker.postMessage(message);
    Atomics.add(bell, 0, 1);
    Atomics.notify(bell, 0);
    stayAwake(promise);
    return promise;
  };

  return {
    /** Resolves when all are settled; one batch at a time. */
    ask(batch: readonly { readonly request: Request; readonly settled: Settle }[]): Promise<void> {
      asked = batch.map(({ settled }) => settled);
      return send(batch.map(({ request }) => request));
    },
    async end(): Promise<void> {
      if (worker) await send('close');
      await worker?.terminate();
    },
  };
}
