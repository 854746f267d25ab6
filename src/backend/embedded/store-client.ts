import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { interruptible, throwIfInterrupted } from '../interruptible.ts';
import { createTurns } from '../turns.ts';
import type { Reply, Request, Store } from './messages.ts';

/** The bundle puts the worker beside the chunk that this module ends up in. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './embedded-worker.js',
  import.meta.url,
);

// Another process holds the lock for about a millisecond a write; these add up to some seconds.
const maxAttempts = 200;
const maxPauseMs = 50;

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
  let closed = false;
  // One at a time, so that a call that is aborted while it waits never starts.
  const inTurn = createTurns();

  const ask = (request: Request, signal?: AbortSignal): Promise<Reply> =>
    inTurn(async () => {
      throwIfInterrupted(signal);
      return thread.ask(request);
    });

  const askPatiently = async (request: Request, signal: AbortSignal | undefined): Promise<unknown> => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const reply = await ask(request, signal);
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
      await ask({ method: 'close', args: [] }).catch(() => {});
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

/** Starts the worker with the first question, and again if it has died. It keeps the process alive only while asked. */
function createThread(file: string) {
  let worker: Worker | undefined;
  let asked: { resolve(reply: Reply): void; reject(fault: Fault): void } | undefined;

  const start = (): Worker => {
    // Options of the process, such as --input-type, are not meant for the worker.
    const started = new Worker(workerUrl, { workerData: file, execArgv: [] });
    started.on('message', (reply: Reply) => {
      started.unref();
      asked?.resolve(reply);
    });
    started.on('error', (cause) => {
      asked?.reject(
        new Fault('backend-failed', `The thread of the games' file died: ${cause.message}`, { cause }),
      );
    });
    started.on('exit', () => {
      worker = undefined;
      asked?.reject(new Fault('backend-failed', "The thread of the games' file ended"));
    });
    return started;
  };

  return {
    /** One question at a time. */
    ask(request: Request): Promise<Reply> {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      asked = { resolve, reject };
      worker ??= start();
      worker.ref();
      worker.postMessage(request);
      return promise;
    },
    async end(): Promise<void> {
      await worker?.terminate();
    },
  };
}
