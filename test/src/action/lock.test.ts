import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { acquireLock, currentHolder } from '../../../src/action/lock.ts';
import { fileNameOf } from '../../../src/action/state-folder.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const holder = { pid: 42, user: 'bo', host: 'bastion', sinceMs: 0, what: 'run 7' };

test('a lock excludes a second one of its key, and no other key', async () => {
  const folder = tempFolder();
  await acquireLock(folder, 'flags', holder);
  await expect(acquireLock(folder, 'flags', { ...holder, sinceMs: 90_000 })).rejects.toMatchObject({
    code: 'locked',
    message:
      'flags is locked by bo (process 42 on bastion) since 1970-01-01T00:00:00.000Z, for 1 min 30 s: run 7',
  });
  await acquireLock(folder, 'games', holder);
});

test('a refused attempt does not free the lock', async () => {
  const folder = tempFolder();
  await acquireLock(folder, 'flags', holder);
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(acquireLock(folder, 'flags', holder)).rejects.toMatchObject({ code: 'locked' });
  }
});

test('a released lock can be taken again and has no holder', async () => {
  const folder = tempFolder();
  await (await acquireLock(folder, 'flags', holder)).release();
  expect(await currentHolder(folder, 'flags')).toBeUndefined();
  await (await acquireLock(folder, 'flags', holder)).release();
});

test('looking who holds a lock keeps nobody from taking it', async () => {
  const folder = tempFolder();
  const path = join(folder, `${fileNameOf('flags')}.lock`);
  await (await acquireLock(folder, 'flags', holder)).release();
  const look = new DatabaseSync(path, { timeout: 0 });
  look.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  expect(await currentHolder(folder, 'flags')).toBeUndefined();
  const sleep = vi.spyOn(systemClock, 'sleep');
  onTestFinished(() => sleep.mockRestore());
  const taking = acquireLock(folder, 'flags', holder);
  await vi.waitFor(() => expect(sleep).toHaveBeenCalled());
  look.close();
  await taking;
  expect(await currentHolder(folder, 'flags')).toMatchObject({ user: 'bo' });
});

test('a lock that cannot be described is not kept', async () => {
  const folder = tempFolder();
  const full = async () => {
    throw new Error('no space left');
  };
  const disk = { append: full, replace: full, claim: full };
  await expect(acquireLock(folder, 'flags', holder, disk)).rejects.toThrow('no space left');
  await acquireLock(folder, 'flags', holder);
});

test('a lock is free once its process was killed', async () => {
  const folder = tempFolder();
  const module = new URL('../../../src/action/lock.ts', import.meta.url).href;
  const script = join(tempFolder(), 'hold.mjs');
  writeFileSync(
    script,
    `import { acquireLock } from ${JSON.stringify(module)};
     await acquireLock(${JSON.stringify(folder)}, 'flags', ${JSON.stringify(holder)});
     process.send('held');
     setInterval(() => {}, 1000);`,
  );
  const child = fork(script);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  expect(await currentHolder(folder, 'flags')).toMatchObject({ user: 'bo' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await acquireLock(folder, 'flags', holder);
});

test.each(['../../etc/passwd', 'a/b', '', '.', '..', 'x'.repeat(500), 'CON\0', '\u202e'])(
  'the key %j stays within the folder',
  async (key) => {
    const folder = tempFolder();
    await acquireLock(folder, key, holder);
    expect(readdirSync(folder).sort()).toEqual([
      `${fileNameOf(key)}.lock`,
      `${fileNameOf(key)}.lock.holder.json`,
    ]);
  },
);

test('keys that differ have files that differ', () => {
  const names = ['a/b', 'a-b', 'a b', 'A-b', 'a~b', 'a-b~0'].map(fileNameOf);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});
