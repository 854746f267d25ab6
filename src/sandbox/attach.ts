/** Joins the sandbox of a folder, and starts it when none runs. Several consoles may hold the same one. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import { sendRequest } from '../base/http.ts';
import { makeFolder } from '../base/make-folder.ts';
import { type Announcement, readAnnouncement } from './announcement.ts';
import type { StorageFaultRequest } from './faults.ts';
import { sandboxPaths } from './paths.ts';
import { isRunning } from './process-identity.ts';

export interface Attached {
  /** Base URLs of its game servers. */
  readonly servers: readonly string[];
  /** Of its servers' admin API. */
  readonly adminToken: string;
  readonly pid: number;
  setFault(fault: StorageFaultRequest, signal?: AbortSignal): Promise<void>;
  clearFaults(signal?: AbortSignal): Promise<void>;
  /** Resolves once the hold is over: it was released, or the sandbox is gone and must be attached again. */
  readonly ended: Promise<void>;
  /** The sandbox ends soon after its last holder has released it, or has died. */
  release(): Promise<void>;
}

interface AttachOptions {
  readonly folder: string;
  /** Program and arguments that end in `runSandbox` for this folder. */
  readonly command: readonly string[];
  readonly clock: Clock;
  readonly startWithinMs?: number;
}

const retryMs = 20;
const controlTimeoutMs = 3000;

/** @throws Fault `io-failed` when no sandbox comes up */
export async function attachSandbox(options: AttachOptions, signal?: AbortSignal): Promise<Attached> {
  const { folder, clock, startWithinMs = 15_000 } = options;
  const deadlineMs = clock.now() + startWithinMs;
  let child: Child | undefined;
  while (clock.now() < deadlineMs) {
    const attached = await tryAttach(folder, signal);
    if (attached) return attached;
    const failure = child?.failure();
    if (failure) throw notStarted(folder, failure);
    // One that ended well has found another sandbox at work.
    if (!child?.isRunning()) child = start(options);
    await clock.sleep(retryMs, signal).catch((thrown) => {
      throw asFault(thrown);
    });
  }
  throw notStarted(folder, `no answer within ${startWithinMs} ms`);
}

async function tryAttach(folder: string, signal?: AbortSignal): Promise<Attached | undefined> {
  const announcement = readAnnouncement(folder);
  if (!announcement || !isRunning(announcement)) return undefined;
  const hold = await takeLease(announcement, signal);
  return hold && attachedTo(announcement, hold);
}

/** An open connection to the sandbox; its end is the end of the hold. */
type Hold = Pick<Attached, 'ended' | 'release'>;

function attachedTo({ servers, pid, port, token }: Announcement, hold: Hold): Attached {
  const control = async (method: 'PUT' | 'DELETE', json: unknown, signal?: AbortSignal) => {
    const url = `http://127.0.0.1:${port}/sandbox/faults`;
    const outcome = await sendRequest(
      { url, method, json, bearer: token, timeoutMs: controlTimeoutMs },
      signal,
    );
    if (outcome.kind !== 'answered') throw outcome.fault;
    if (outcome.status !== 200)
      throw new Fault('wrong-use', `The sandbox refused the fault: ${outcome.body}`);
  };
  return {
    servers,
    adminToken: token,
    pid,
    setFault: (fault, signal) => control('PUT', fault, signal),
    clearFaults: (signal) => control('DELETE', undefined, signal),
    ...hold,
  };
}

/**
 * The signal ends the attempt, not the hold.
 * @returns undefined when the sandbox is on its way out, or is another one on the same port
 */
function takeLease({ port, token }: Announcement, signal?: AbortSignal): Promise<Hold | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Hold | undefined>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const request = get({
    ...{ host: '127.0.0.1', port, path: '/sandbox/lease', agent: false, timeout: controlTimeoutMs },
    headers: { authorization: `Bearer ${token}` },
  });
  const giveUp = () => void request.destroy();
  const interrupt = () => {
    giveUp();
    reject(new Fault('interrupted', 'Interrupted'));
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  request.on('timeout', giveUp);
  request.on('error', () => resolve(undefined));
  request.on('response', (response) => {
    signal?.removeEventListener('abort', interrupt);
    request.setTimeout(0);
    response
      .on('error', () => {})
      .on('close', end)
      .resume();
    // A console that forgets to release must still be able to end; its end is the release.
    response.socket.unref();
    if (response.statusCode === 200) return resolve({ ended, release: async () => giveUp() });
    giveUp();
    resolve(undefined);
  });
  return promise;
}

interface Child {
  isRunning(): boolean;
  /** Why it ended, when not well, and the last error it wrote. */
  failure(): string | undefined;
}

function openLog(folder: string, path: string): number {
  try {
    makeFolder(folder, 0o700);
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new Fault(
      'io-failed',
      `The sandbox cannot keep its games in ${folder}: ${asFault(cause).message}`,
      {
        next: 'Set GAMEKEEPER_STATE_DIR to a folder with space that you may write',
        cause,
      },
    );
  }
}

/** In a session of its own: what the terminal sends to the console's process group does not reach it. */
function start({ folder, command: [program = '', ...args] }: AttachOptions): Child {
  const path = sandboxPaths(folder).log;
  const log = openLog(folder, path);
  const earlierBytes = fstatSync(log).size;
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  let state: 'running' | 'ended' | { readonly failure: string } = 'running';
  child.on('error', ({ message }) => {
    state = { failure: message };
  });
  child.on('exit', (code, signalName) => {
    const how = signalName ?? `exit code ${code}`;
    state = code === 0 ? 'ended' : { failure: [how, ...lastError(path, earlierBytes)].join(': ') };
  });
  return {
    isRunning: () => state === 'running',
    failure: () => (typeof state === 'object' ? state.failure : undefined),
  };
}

function notStarted(folder: string, why: string): Fault {
  return new Fault('io-failed', `The sandbox did not start: ${why}`, {
    next: `Read ${sandboxPaths(folder).log}`,
  });
}

/** What a log says of an error after its first bytes: the newest such line, else the last; none when it is empty. */
function lastError(log: string, afterBytes: number): string[] {
  try {
    const text = readFileSync(log).subarray(afterBytes).toString();
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const telling = lines.filter((line) => /error|fault/i.test(line));
    return [...lines, ...telling].slice(-1);
  } catch {
    return [];
  }
}
