import { open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { formatElapsed } from '../base/units.ts';
import { cannot, type Disk, errnoOf, makeStateFolder, disk as realDisk } from './disk.ts';
import { fileNameOf } from './state-folder.ts';

export const holderSchema = z.object({
  pid: z.number(),
  user: z.string(),
  host: z.string(),
  sinceMs: z.number(),
  what: z.string(),
});
/** Who has a lock; for the person who is refused by it. */
export type Holder = Readonly<z.infer<typeof holderSchema>>;

export interface Lock {
  release(): Promise<void>;
}

const sqliteBusy = 5;

/**
 * Takes the lock in `path` or returns undefined. SQLite's lock belongs to the process: the kernel frees it with
 * the process, however that ends. The file stays, its contents never matter.
 */
export const tryLock = (path: string): Promise<Lock | undefined> => begin(path, 'BEGIN EXCLUSIVE');

/** Looks with a shared lock: those who look do not see one another, only one who has taken it. */
async function isHeld(path: string): Promise<boolean> {
  const look = await begin(path, 'BEGIN; SELECT count(*) FROM sqlite_schema');
  await look?.release();
  return look === undefined;
}

async function begin(path: string, statement: string): Promise<Lock | undefined> {
  await createOnce(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // Without it a killed process would leave a journal file behind.
    database.exec(`PRAGMA journal_mode = MEMORY; ${statement}`);
  } catch (thrown) {
    database?.close();
    if (thrown instanceof Error && 'errcode' in thrown && thrown.errcode === sqliteBusy) return undefined;
    throw cannot('write', path, thrown);
  }
  const held = database;
  return { release: async () => held.close() };
}

/**
 * Created exclusively or not touched: closing a second descriptor of a locked file would drop this process's
 * lock on it. SQLite would create it without the group's right to write.
 */
async function createOnce(path: string): Promise<void> {
  try {
    makeStateFolder(dirname(path));
    await (await open(path, 'wx', 0o660)).close();
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw cannot('write', path, thrown);
  }
}

/** @throws Fault `locked` that names the holder */
export async function acquireLock(
  folder: string,
  key: string,
  holder: Holder,
  disk: Disk = realDisk,
): Promise<Lock> {
  const path = lockPath(folder, key);
  const lock = await lockPastLooks(path);
  if (!lock) throw lockedBy(key, await readHolder(path), holder.sinceMs);
  try {
    await disk.replace(holderPath(path), JSON.stringify(holder));
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
  return {
    async release() {
      await rm(holderPath(path), { force: true }).catch(() => {});
      await lock.release();
    },
  };
}

const lookPatienceMs = 1000;
const lookPollMs = 10;

/** Somebody who only looks is no reason to refuse; undefined when it is truly held. */
async function lockPastLooks(path: string): Promise<Lock | undefined> {
  for (let waitedMs = 0; ; waitedMs += lookPollMs) {
    const lock = await tryLock(path);
    if (lock || waitedMs >= lookPatienceMs || (await isHeld(path))) return lock;
    await systemClock.sleep(lookPollMs);
  }
}

/** Who holds the lock now; undefined when it is free. */
export async function currentHolder(folder: string, key: string): Promise<Holder | undefined> {
  const path = lockPath(folder, key);
  return (await isHeld(path)) ? readHolder(path) : undefined;
}

const lockPath = (folder: string, key: string) => join(folder, `${fileNameOf(key)}.lock`);
const holderPath = (path: string) => `${path}.holder.json`;

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(holderPath(path), 'utf8')));
  } catch {
    // It is written just after the lock is taken, and only describes.
    return undefined;
  }
}

export function lockedBy(key: string, holder: Holder | undefined, nowMs: number): Fault {
  return new Fault('locked', `${key} is locked by ${holderText(holder, nowMs)}`, {
    next: 'Wait until that run has ended, or ask its operator',
    retryable: true,
  });
}

export function holderText(holder: Holder | undefined, nowMs: number): string {
  if (!holder) return 'another process';
  const { pid, user, host, sinceMs, what } = holder;
  return `${user} (process ${pid} on ${host}) since ${new Date(sinceMs).toISOString()}, for ${formatElapsed(nowMs - sinceMs)}: ${what}`;
}
