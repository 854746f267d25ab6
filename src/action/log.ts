/**
 * The one log: journals and the audit are files of it. Version 1.
 *
 * One JSON object a line, ASCII only (all else as `\uXXXX`, so `cat` is harmless too):
 * `{"seq":0,"atMs":…,"event":"…", …body, "prev":"<64 hex>","hash":"<64 hex>"}` and a line feed.
 * `seq` counts from 0 without gaps. `hash` is SHA-256 over the line's bytes before `,"hash"`. `prev` is the hash of
 * the line before; the first line's is SHA-256 of `gamekeeper log, version 1`.
 *
 * A crash may leave the start of a line at the end. The next append ends that line and adds a line `torn` with the
 * number (`fragmentBytes`) and the SHA-256 (`fragmentSha256`) of the bytes between the last whole line and itself.
 *
 * The chain finds an edit, deletion, insertion or new order within the file. A tail that was cut is found by a hash
 * that was noted elsewhere. Whoever can write the file and no such hash exists can compute a new chain.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { cannot, type Disk, errnoOf, disk as realDisk } from './disk.ts';
import { type Lock, tryLock } from './lock.ts';

export type LogBody = Readonly<Record<string, unknown>> & {
  readonly [reserved in 'seq' | 'atMs' | 'event' | 'prev' | 'hash']?: never;
};

export interface LogLine {
  readonly seq: number;
  readonly atMs: number;
  readonly event: string;
  readonly prev: string;
  readonly hash: string;
  readonly [field: string]: unknown;
}

export interface Log {
  /**
   * Written and flushed when it resolves. Several processes may append to one file.
   * @returns the new line's hash
   */
  append(event: string, body: LogBody): Promise<string>;
  /** Hash of the last whole line; undefined when there is none. */
  head(): Promise<string | undefined>;
}

interface LogOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly disk?: Disk;
}

export const genesis = sha256('gamekeeper log, version 1');

export function createLog({ path, clock, disk = realDisk }: LogOptions): Log {
  return {
    async append(event, body) {
      const lock = await waitForLock(join(dirname(path), '.append.lock'), clock);
      try {
        const tail = await readTail(path);
        const closing = tail.fragment === '' ? undefined : closeTorn(tail, clock.now());
        const line = writeLine(closing ?? tail.last, clock.now(), event, body);
        const ending = tail.needsLineFeed ? '\n' : '';
        await disk.append(path, `${ending}${closing ? `${closing.text}\n` : ''}${line.text}\n`);
        return line.hash;
      } finally {
        await lock.release();
      }
    },
    head: async () => (await readTail(path)).last?.hash,
  };
}

interface Link {
  readonly seq: number;
  readonly hash: string;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

function writeLine(last: Link | undefined, atMs: number, event: string, body: LogBody) {
  const seq = last ? last.seq + 1 : 0;
  const bare = ascii(JSON.stringify({ seq, atMs, event, ...body, prev: last?.hash ?? genesis })).slice(0, -1);
  const hash = sha256(bare);
  return { seq, hash, text: `${bare},"hash":"${hash}"}` };
}

function closeTorn(tail: Tail, atMs: number) {
  const fragment = { fragmentBytes: tail.fragment.length, fragmentSha256: sha256(tail.fragment) };
  return writeLine(tail.last, atMs, 'torn', fragment);
}

function ascii(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const wholeLine = /^(\{"seq":.*),"hash":"([0-9a-f]{64})"\}$/;

/** True for text with a line's beginning and end, whether its hash is right or not. */
export const looksWhole = (text: string) => wholeLine.test(text);

/** The line, when its own hash is right; its place in the chain is the caller's to check. */
export function readLine(text: string): LogLine | undefined {
  const [, bare, hash] = wholeLine.exec(text) ?? [];
  if (bare === undefined || sha256(bare) !== hash) return undefined;
  try {
    // Its hash is right, so this is what writeLine made.
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

interface Tail {
  readonly last: Link | undefined;
  /** What follows the last whole line; never ends with a line feed. */
  readonly fragment: string;
  /** The file does not end with a line feed. */
  readonly needsLineFeed: boolean;
}

const tailBytes = 64 * 1024;

async function readTail(path: string): Promise<Tail> {
  const near = await readEnd(path, tailBytes);
  const tail = findTail(near);
  return tail.last || near.length < tailBytes ? tail : findTail(await readEnd(path, Number.MAX_SAFE_INTEGER));
}

function findTail(text: string): Tail {
  const ended = text === '' || text.endsWith('\n');
  const segments = (ended ? text.slice(0, -1) : text).split('\n');
  for (let index = segments.length - 1; index >= 0; index--) {
    const last = readLine(segments[index] ?? '');
    if (last) return { last, fragment: segments.slice(index + 1).join('\n'), needsLineFeed: !ended };
  }
  return { last: undefined, fragment: segments.join('\n'), needsLineFeed: !ended };
}

/** The last bytes of a file as Latin-1, one character a byte; empty when there is no file. */
async function readEnd(path: string, most: number): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, most);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return '';
    throw cannot('read', path, thrown);
  }
}

const lockPatienceMs = 10_000;
const lockPollMs = 10;

async function waitForLock(path: string, clock: Clock): Promise<Lock> {
  for (let waitedMs = 0; waitedMs < lockPatienceMs; waitedMs += lockPollMs) {
    const lock = await tryLock(path);
    if (lock) return lock;
    await clock.sleep(lockPollMs);
  }
  throw new Fault('locked', `Another process has been writing beside ${path} for ${lockPatienceMs} ms`, {
    next: 'End the process that is stuck',
    retryable: true,
  });
}
