import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import { storeFault } from '../../../src/backend/embedded/faults.ts';
import type { Backend } from '../../../src/backend/port.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const id = parseGameId('a');
const append = { expectedRevision: 0, phase: 'TURN', atMs: 1, event: Buffer.from('x') } as const;

function open(folder: string, clock = systemClock): Backend {
  const backend = openEmbedded({ folder, clock });
  onTestFinished(() => backend.close());
  return backend;
}

const fileIn = (folder: string) => join(folder, 'games.sqlite');

test('a folder that is missing is made, and games outlive their client', async () => {
  const folder = join(tempFolder(), 'not', 'yet', 'there');
  const first = open(folder);
  await first.append(id, append);
  await first.close();
  expect(await open(folder).read(id)).toMatchObject({ revision: 1 });
});

async function scanned(backend: Backend) {
  const keys: unknown[] = [];
  for await (const page of backend.scan()) keys.push(...page);
  return keys;
}

test('whoever looks for games where there is no file yet finds none, and makes none', async () => {
  const folder = join(tempFolder(), 'missing');
  const backend = open(folder);
  expect(await scanned(backend)).toEqual([]);
  expect(await backend.readRecords([currentRecord('a')])).toEqual([{ kind: 'absent' }]);
  expect((await backend.census()).games).toEqual([]);
  expect(await backend.changeLock({ from: 'nobody', to: undefined, leaseMs: 0 })).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  const other = open(folder);
  await other.replaceRecord(currentRecord('a'), 'absent');
  expect(await scanned(backend)).toEqual([{ id: 'a', layout: 'current' }]);
});

test('a file that is no database is refused, and not touched', async () => {
  const folder = tempFolder();
  writeFileSync(fileIn(folder), 'precious text that is no database'.repeat(50));
  await expect(open(folder).append(id, append)).rejects.toMatchObject({
    code: 'backend-failed',
    message: expect.stringContaining('file is not a database'),
    next: expect.stringContaining('backup'),
  });
  expect(readFileSync(fileIn(folder), 'utf8')).toBe('precious text that is no database'.repeat(50));
});

test('a file of a newer version is refused', async () => {
  const folder = tempFolder();
  const newer = new DatabaseSync(fileIn(folder));
  newer.exec('PRAGMA user_version = 2');
  newer.close();
  await expect(open(folder).read(id)).rejects.toMatchObject({
    code: 'unsupported',
    next: expect.stringContaining('Update'),
  });
});

test('a file where the folder should be is named', async () => {
  const path = join(tempFolder(), 'file');
  writeFileSync(path, '');
  await expect(open(path).ping()).rejects.toMatchObject({
    code: 'backend-failed',
    message: expect.stringContaining(path),
  });
});

test('a folder that was unusable is tried again with the next call', async () => {
  const folder = tempFolder();
  mkdirSync(fileIn(folder));
  const backend = open(folder);
  await expect(backend.ping()).rejects.toMatchObject({ code: 'backend-failed' });
  execFileSync('rmdir', [fileIn(folder)]);
  await expect(backend.ping()).resolves.toBeUndefined();
});

test('a lock that is held for ever ends in a Fault that says so, and one that is freed is waited for', async () => {
  const folder = tempFolder();
  const backend = open(folder, virtualClock());
  await backend.append(id, append);
  const holder = new DatabaseSync(fileIn(folder));
  onTestFinished(() => holder.close());
  holder.exec('BEGIN IMMEDIATE');
  await expect(backend.append(id, { ...append, expectedRevision: 1 })).rejects.toMatchObject({
    code: 'backend-unreachable',
    retryable: true,
    message: expect.stringContaining('locked'),
  });
  const waiting = backend.append(id, { ...append, expectedRevision: 1 });
  expect(await backend.read(id)).toMatchObject({ revision: 1 });
  holder.exec('COMMIT');
  expect(await waiting).toEqual({ kind: 'committed', revision: 2 });
});

test('of writes that wait together, one that fails leaves nothing behind and takes no other with it', async () => {
  const backend = open(tempFolder());
  const damaged = currentRecord('damaged', { rev: 'many' });
  await backend.replaceRecord(damaged, 'absent');
  const ids = ['a', 'damaged', 'b', 'a'].map(parseGameId);
  const answers = await Promise.allSettled(ids.map((game) => backend.append(game, append)));
  expect(answers).toMatchObject([
    { value: { kind: 'committed' } },
    { reason: { code: 'game-invalid' } },
    { value: { kind: 'committed' } },
    { value: { kind: 'conflict', actual: 1 } },
  ]);
  const [read] = await backend.readRecords([damaged]);
  expect(read?.kind === 'record' && recordDigest(read.record)).toBe(recordDigest(damaged));
});

test('of calls that wait together, one that is aborted never starts', async () => {
  const backend = open(tempFolder());
  const abort = new AbortController();
  const first = backend.append(id, append);
  const aborted = backend.append(parseGameId('b'), append, abort.signal);
  abort.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'interrupted' });
  await first;
  expect(await backend.read(parseGameId('b'))).toBeUndefined();
});

test('an abort ends the wait for a lock', async () => {
  const folder = tempFolder();
  const backend = open(folder);
  await backend.ping();
  const holder = new DatabaseSync(fileIn(folder));
  onTestFinished(() => holder.close());
  holder.exec('BEGIN IMMEDIATE');
  const abort = new AbortController();
  const waiting = backend.append(id, append, abort.signal);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  holder.exec('COMMIT');
  expect(await backend.read(id)).toBeUndefined();
});

test('a disk that is full is told from other failures', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('PRAGMA max_page_count = 3; CREATE TABLE t (x)');
  let thrown: unknown;
  try {
    db.prepare('INSERT INTO t VALUES (zeroblob(100000))').run();
  } catch (error) {
    thrown = error;
  }
  expect(storeFault(thrown, '/data/games.sqlite')).toMatchObject({
    code: 'backend-failed',
    message: expect.stringMatching(/disk is full.*\/data\/games\.sqlite/),
  });
});

test.each(['EACCES', 'EROFS'])('a folder that may not be used (%s) is denied', (code) => {
  const thrown = Object.assign(new Error(`${code}: mkdir`), { code });
  expect(storeFault(thrown, '/data/games.sqlite')).toMatchObject({ code: 'backend-denied' });
});

test('expired games are swept away as new ones are made', async () => {
  const folder = tempFolder();
  const clock = virtualClock();
  const backend = open(folder, clock);
  for (let n = 0; n < 5; n++) {
    await backend.append(parseGameId(`old ${n}`), { ...append, expiresAtMs: clock.now() + 1_000 });
  }
  clock.advance(1_000);
  await backend.append(id, append);
  await backend.close();
  const db = new DatabaseSync(fileIn(folder));
  onTestFinished(() => db.close());
  expect(db.prepare('SELECT id FROM games').all()).toEqual([{ id: 'a' }]);
  expect(db.prepare('SELECT COUNT(*) AS count FROM events').get()).toEqual({ count: 1 });
});

test('a process that closes nothing can end', () => {
  const script = `
    import { openEmbedded } from '${join(import.meta.dirname, '../../../src/backend/embedded/embedded.ts')}';
    import { systemClock } from '${join(import.meta.dirname, '../../../src/base/clock.ts')}';
    const backend = openEmbedded({ folder: process.argv[1], clock: systemClock });
    await backend.ping();
    console.log('asked');
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, tempFolder()], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(output).toBe('asked\n');
});

test('a sound file is found sound, with what it takes to stay so', async () => {
  const backend = open(tempFolder());
  await backend.append(id, append);
  const findings = await backend.examine();
  expect(findings.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
    'permissions: ok',
    'disk space: ok',
    'journal: ok',
    'schema: ok',
    'quick check: ok',
  ]);
});

test('a damaged page is found, and what to do about it said', async () => {
  const folder = tempFolder();
  const writer = open(folder);
  await writer.append(id, { ...append, event: Buffer.alloc(100_000, 'x') });
  await writer.close();
  const bytes = readFileSync(fileIn(folder));
  // The last page of a value that spans many: only whoever follows it all notices.
  bytes.fill(0xff, bytes.length - 4096);
  writeFileSync(fileIn(folder), bytes);
  const findings = await open(folder).examine();
  expect(findings.find(({ name }) => name === 'quick check')).toMatchObject({
    kind: 'problem',
    next: expect.stringContaining('backup'),
  });
});
