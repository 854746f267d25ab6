/** Encrypted archives from the order to the restore. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { createArchiveKeys, type KeySources } from '../../../src/backup/archive-keys.ts';
import { archiveRef } from '../../../src/backup/archive-names.ts';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import type { Packing } from '../../../src/backup/archiving.ts';
import { openArchive } from '../../../src/backup/reader.ts';
import { createRetireAction } from '../../../src/backup/retire.ts';
import { validateArchive } from '../../../src/backup/validate.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { exitOfFault } from '../../../src/cli/exit.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { unnoticedFlips } from '../../setup/flipped-bits.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { type MemoryFiles, memoryFiles, survivals } from '../../setup/memory-files.ts';
import { noisyGames } from '../../setup/noisy-games.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const scryptLogN = 4;
const games = [1, 2, 3].map((number) =>
  gameRecord({ id: `game-${number}`, revision: number, fields: { state: `${number}`.repeat(150) } }),
);

async function keyPair() {
  const identity = await generateIdentity();
  const identityFile = join(tempFolder(), 'key.txt');
  writeFileSync(identityFile, `# a comment\n\n${identity}\n`);
  return { identityFile, recipient: await identityToRecipient(identity) };
}

const forKeys = (...recipients: readonly string[]): Packing => ({
  codec: 'zstd',
  encryption: { kind: 'recipients', recipients },
});
const byPassphrase: Packing = { codec: 'zstd', encryption: { kind: 'passphrase' } };

interface Session {
  readonly packing?: Packing;
  readonly files?: MemoryFiles;
  readonly keys?: KeySources;
  readonly stateDir?: string;
  readonly stored?: readonly (typeof games)[number][];
}

/** One session: what it was told ends with it. */
function session({
  packing,
  files = memoryFiles(),
  keys = {},
  stateDir = tempFolder(),
  stored = games,
}: Session = {}) {
  const clock = virtualClock();
  const backend = recordBackend(clock, stored);
  const sources = { scryptLogN, ...keys };
  return {
    backend,
    clock,
    stateDir,
    ...backupWorld({
      backend,
      clock,
      stateDir,
      files,
      keys: createArchiveKeys(sources),
      ...(packing ? { packing } : {}),
    }),
  };
}

const path = archiveRef(backupFolder, 'a').path;

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Fault) return thrown;
  throw new Error(`A Fault was expected, not ${String(thrown)}`);
}

describe('an archive for public keys', () => {
  test('is made and read back by who holds no identity, and says whom it is for', async () => {
    const { recipient } = await keyPair();
    const other = await keyPair();
    const { backUp, store, files } = session({ packing: forKeys(recipient, other.recipient) });
    expect((await backUp()).outcome).toBe('done');
    const { manifest, verifiedAtMs } = await store.row(archiveRef(backupFolder, 'a'));
    expect(manifest).toMatchObject({ cipher: 'age', recipients: [recipient, other.recipient], games: 3 });
    expect(manifest).toHaveProperty('storedBytes', files.bytes(path).length);
    expect(verifiedAtMs).toBeDefined();
    expect(files.bytes(path).subarray(0, 22).toString()).toBe('age-encryption.org/v1\n');
    expect(files.bytes(path).includes('game-1')).toBe(false);
  });

  test('is planned as such', async () => {
    const { recipient } = await keyPair();
    const { create, runner } = session({ packing: forKeys(recipient) });
    const plan = await runner.prepare(create, { includeCompleted: true });
    expect(plan.changes[0]?.why).toContain(`encrypted for ${recipient}`);
    expect(plan.detail.packing).toEqual(forKeys(recipient));
  });

  test('is restored with any one of the identities, in another session', async () => {
    const [first, second] = [await keyPair(), await keyPair()];
    const { backUp, files, backend } = session({ packing: forKeys(first.recipient, second.recipient) });
    await backUp();
    for (const { identityFile } of [first, second]) {
      const later = session({ files, keys: { identityFile }, stored: [] });
      expect((await later.restoreAll()).outcome).toBe('done');
      expect(later.backend.digests()).toEqual(backend.digests());
    }
  });

  test('is refused with exit 6, and nothing is written, without an identity or with the wrong one', async () => {
    const { backUp, files } = session({ packing: forKeys((await keyPair()).recipient) });
    await backUp();
    const stranger = await keyPair();
    const missing = join(tempFolder(), 'nowhere');
    const foreign = join(tempFolder(), 'foreign');
    writeFileSync(foreign, 'ssh-ed25519 AAAA\n');
    const before = files.changes();
    const sources = [
      {},
      { identityFile: stranger.identityFile },
      { identityFile: missing },
      { identityFile: foreign },
    ];
    for (const keys of sources) {
      const later = session({ files, keys, stored: [] });
      const refused = [
        await faultOf(later.restoreAll()),
        await faultOf(validateArchive(later.store, 'a', later.clock)),
      ];
      for (const { code } of refused) {
        expect(code).toBe('cannot-decrypt');
        expect(exitOfFault[code]).toBe(6);
      }
      expect(later.backend.writes).toEqual([]);
    }
    expect(files.changes()).toBe(before);
  });

  test('is not begun for a key that is mistyped, and a secret given instead is not repeated', async () => {
    const { recipient } = await keyPair();
    const identity = await generateIdentity();
    const mistyped = recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q');
    for (const wrong of [mistyped, identity, 'ssh-ed25519 AAAA']) {
      const { create, runner, files } = session();
      const packing = forKeys(recipient, wrong);
      const fault = await faultOf(runner.prepare(create, { includeCompleted: true, packing }));
      expect(fault.code).toBe('wrong-use');
      expect(`${fault.message} ${fault.next}`).not.toContain(identity);
      expect(files.changes()).toBe(0);
    }
  });

  test('whose manifest was lost gets it again from a validation', async () => {
    const { recipient, identityFile } = await keyPair();
    const { backUp, files, store } = session({ packing: forKeys(recipient) });
    await backUp();
    const ref = archiveRef(backupFolder, 'a');
    const { manifest } = await store.row(ref);
    await files.remove(ref.manifestPath);
    const later = session({ files, keys: { identityFile } });
    expect((await validateArchive(later.store, 'a', later.clock)).ok).toBe(true);
    const row = await later.store.row(ref);
    expect(row.manifest).toEqual(manifest);
    expect(row.verifiedAtMs).toBeDefined();
  });

  test('is plain again after age -d, and its manifest written anew says so', async () => {
    const { recipient, identityFile } = await keyPair();
    const { backUp, files } = session({ packing: forKeys(recipient) });
    await backUp();
    const keys = createArchiveKeys({ identityFile });
    const opened = await keys.open(await files.open(path), 'a');
    const plain = memoryFiles();
    plain.put(path, await opened.read(0, opened.sizeBytes));
    const without = session({ files: plain, stored: [] });
    expect((await validateArchive(without.store, 'a', without.clock)).ok).toBe(true);
    const { manifest } = await without.store.row(archiveRef(backupFolder, 'a'));
    expect(manifest).toMatchObject({ cipher: 'none', games: 3 });
    expect(manifest).not.toHaveProperty('recipients');
    expect((await without.restoreAll()).outcome).toBe('done');
  });
});

describe('an archive with a passphrase', () => {
  test('is opened by it, from a variable, a file or a terminal', async () => {
    const { backUp, files, store, backend } = session({
      packing: byPassphrase,
      keys: { passphrase: 'correct horse' },
    });
    expect((await backUp()).outcome).toBe('done');
    const { manifest } = await store.row(archiveRef(backupFolder, 'a'));
    expect(manifest).toMatchObject({ cipher: 'age' });
    expect(manifest).not.toHaveProperty('recipients');
    const passphraseFile = join(tempFolder(), 'passphrase');
    writeFileSync(passphraseFile, 'correct horse\nand a second line\n');
    const typed = async () => 'correct horse';
    for (const keys of [{ passphrase: 'correct horse' }, { passphraseFile }, { ask: typed }]) {
      const later = session({ files, keys, stored: [] });
      expect((await later.restoreAll()).outcome).toBe('done');
      expect(later.backend.digests()).toEqual(backend.digests());
    }
  });

  test('is refused with another, without one, and when nobody types one', async () => {
    const { backUp, files } = session({ packing: byPassphrase, keys: { passphrase: 'correct horse' } });
    await backUp();
    const ask = async (answer: string | undefined) => answer;
    const before = files.changes();
    for (const keys of [
      { passphrase: 'wrong' },
      {},
      { ask: () => ask('wrong') },
      { ask: () => ask(undefined) },
    ]) {
      const later = session({ files, keys, stored: [] });
      expect((await faultOf(later.restoreAll())).code).toBe('cannot-decrypt');
      expect(later.backend.writes).toEqual([]);
    }
    expect(files.changes()).toBe(before);
  });

  test('is asked for twice before anything is written, once a session, and is in no file', async () => {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return 'correct horse';
    };
    const { backUp, stateDir, files } = session({ packing: byPassphrase, keys: { ask } });
    await backUp('a');
    await backUp('b');
    expect(asked).toEqual(['Passphrase for the archive: ', 'The same once more: ']);
    for (const entry of readdirSync(stateDir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toContain('correct horse');
      }
    }
    expect(files.bytes(archiveRef(backupFolder, 'a').manifestPath).includes('correct horse')).toBe(false);
  });

  test('is not begun when the two differ, or there is none', async () => {
    const answers = ['one', 'another'];
    const differing = { ask: async () => answers.shift() };
    for (const keys of [differing, { ask: async () => undefined }, { ask: async () => '' }, {}]) {
      const { create, runner, files } = session({ packing: byPassphrase, keys });
      expect((await faultOf(runner.prepare(create, { includeCompleted: true }))).code).toBe('wrong-use');
      expect(files.changes()).toBe(0);
    }
  });
});

test('what a restore keeps of what it replaces is encrypted as well', async () => {
  const { recipient, identityFile } = await keyPair();
  const changed = games.map(({ id }) => gameRecord({ id, revision: 9, fields: { state: 'newer' } }));
  const made = session({ packing: forKeys(recipient) });
  await made.backUp();
  const later = session({
    packing: forKeys(recipient),
    files: made.files,
    keys: { identityFile },
    stored: changed,
  });
  expect((await later.restoreAll()).outcome).toBe('done');
  const kept = (await later.store.list()).archives.find(({ name }) => name.endsWith('-before-restore'));
  expect(kept?.manifest).toMatchObject({ cipher: 'age', recipients: [recipient], games: 3 });
});

test('finished games in an archive that cannot be opened are archived again before they are retired', async () => {
  const { recipient, identityFile } = await keyPair();
  const clock = virtualClock();
  const files = memoryFiles();
  const over = currentRecord('over', { phase: 'GAME_OVER' });
  const backend = recordBackend(clock, [over]);
  const packing = forKeys(recipient);
  const retire = (keys: KeySources) => {
    const store = createArchiveStore(backupFolder, { files, keys: createArchiveKeys(keys) });
    const actor = { user: 'ana', host: 'bastion' };
    const parts = { backend, store, environment: 'staging', actor, clock, random: randomHex, packing };
    return { store, action: createRetireAction(parts) };
  };
  const input = { olderThanMs: 24 * 3_600_000 };
  await carryOut(retire({ identityFile }).action, input);
  backend.records.set('current:over', over);
  expect((await retire({ identityFile }).action.draft(input)).title).not.toContain('archived first');
  const { store, action } = retire({});
  expect((await action.draft(input)).title).toContain('1 of them archived first');
  expect((await carryOut(action, input)).outcome).toBe('done');
  expect([...backend.records]).toEqual([]);
  const { archives } = await store.list();
  const retired = { cipher: 'age', purpose: 'retired' };
  expect(archives).toMatchObject([{ manifest: retired }, { manifest: retired }]);
});

test.each(['zstd', 'gzip', 'none'] as const)(
  'an archive is compressed as ordered, with %s',
  async (codec) => {
    const { create, runner, apply, store } = session();
    const plan = await runner.prepare(create, { name: 'a', includeCompleted: true, packing: { codec } });
    expect((await apply(create, plan)).outcome).toBe('done');
    const { manifest } = await store.row(archiveRef(backupFolder, 'a'));
    expect(manifest).toMatchObject({ codec, cipher: 'none' });
  },
);

describe('a damaged encrypted archive is rejected', () => {
  async function made() {
    const { recipient, identityFile } = await keyPair();
    const { backUp, files } = session({ packing: forKeys(recipient) });
    await backUp();
    const bytes = files.bytes(path);
    const keys = createArchiveKeys({ identityFile });
    const clock = virtualClock();
    /** undefined when the bytes pass as a valid archive. */
    const rejection = async (changed: Uint8Array): Promise<string | undefined> => {
      const disk = memoryFiles();
      disk.put(path, changed);
      const store = createArchiveStore(backupFolder, { files: disk, keys });
      try {
        const { ok, problems } = await validateArchive(store, 'a', clock);
        return ok ? undefined : problems.join();
      } catch (thrown) {
        return `thrown: ${String(thrown)}`;
      }
    };
    return { bytes, rejection };
  }

  test('for every single bit that flips', async () => {
    const { bytes, rejection } = await made();
    expect(await rejection(bytes)).toBeUndefined();
    expect(await unnoticedFlips(bytes, rejection)).toEqual([]);
  }, 60_000);

  test('at every length it may be cut to, and with any byte more', async () => {
    const { bytes, rejection } = await made();
    const passed: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      if ((await rejection(bytes.subarray(0, length))) === undefined) passed.push(length);
    }
    expect(passed).toEqual([]);
    expect(await rejection(Buffer.concat([bytes, Buffer.of(0)]))).toBeDefined();
    expect(await rejection(Buffer.concat([bytes, bytes]))).toBeDefined();
  }, 60_000);

  test('and is named as damaged, not as locked, where the key is there', async () => {
    const { bytes, rejection } = await made();
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    expect(await rejection(flipped)).toContain('The archive is damaged');
    const cut = bytes.subarray(0, 60);
    expect(await rejection(cut)).toContain('The archive is damaged: its age header does not end');
  });
});

test('an encrypted archive of format 1 that was written long ago stays readable', async () => {
  const golden = (name: string) => fileURLToPath(new URL(`golden/${name}`, import.meta.url));
  const disk = memoryFiles();
  disk.put(path, readFileSync(golden('format-1-age.gka')));
  const keys = createArchiveKeys({ identityFile: golden('format-1-age.key') });
  const file = await createArchiveStore(backupFolder, { files: disk, keys }).open(
    archiveRef(backupFolder, 'a'),
  );
  const archive = await openArchive(file);
  expect(archive.header).toMatchObject({ codec: 'gzip', cipher: 'age', archiveId: 'golden' });
  expect(archive.totals.games).toBe(3);
  expect(archive.rootHash.toString('hex')).toBe(
    'bbecfef6405f9c4b4eb37afef5d07d61b07aef7943f338abc63aa484169e3b55',
  );
});

test('a crash at any change of the disk leaves a whole encrypted archive or none', async () => {
  const { recipient, identityFile } = await keyPair();
  const keys = createArchiveKeys({ identityFile });
  const run = async (crashAt: number) => {
    const files = memoryFiles([backupFolder]);
    files.crashAfter(crashAt);
    const { backUp } = session({ packing: forKeys(recipient), files });
    return { files, report: await backUp() };
  };
  const total = (await run(Number.POSITIVE_INFINITY)).files.changes();
  const seen = new Set<number>();
  for (let crashAt = 0; crashAt < total; crashAt++) {
    const { files, report } = await run(crashAt);
    for (const survival of survivals) {
      const store = createArchiveStore(backupFolder, { files: files.afterCrash(survival), keys });
      const { archives } = await store.list();
      seen.add(archives.length);
      if (report.outcome === 'done') expect(archives).toHaveLength(1);
      for (const { name } of archives) {
        expect(await validateArchive(store, name, virtualClock())).toMatchObject({ ok: true, games: 3 });
      }
    }
  }
  expect([...seen].sort()).toEqual([0, 1]);
});

describe('an encrypted backup that was interrupted', () => {
  const manyGames = noisyGames(1500);

  async function interrupted(recipient: string, keys: KeySources) {
    const made = session({ packing: forKeys(recipient), keys, stored: manyGames });
    let read = 0;
    made.backend.beforeRead = (page) => {
      read += page.length;
      if (read > 1300) throw new Fault('backend-unreachable', 'It went away');
    };
    await made.backUp();
    const left = ((await made.files.list(backupFolder)) ?? []).filter((name) => name.endsWith('.part'));
    return { files: made.files, left };
  }

  test('goes on in another session that has an identity, and stays encrypted for the same readers', async () => {
    const { recipient, identityFile } = await keyPair();
    const { files, left } = await interrupted(recipient, { identityFile });
    expect(left).toHaveLength(1);
    const later = session({ files, keys: { identityFile }, stored: manyGames });
    const { create, runner, apply, store } = later;
    const plan = await runner.prepare(create, { name: 'a', includeCompleted: true, resume: true });
    expect(plan.detail.resumes?.games).toBeGreaterThan(500);
    expect((await apply(create, plan)).outcome).toBe('done');
    const { manifest } = await store.row(archiveRef(backupFolder, 'a'));
    expect(manifest).toMatchObject({ cipher: 'age', recipients: [recipient], games: 1500 });
  });

  test("is nothing to whoever has no identity and goes on with one of one's own", async () => {
    const { recipient, identityFile } = await keyPair();
    const { files } = await interrupted(recipient, { identityFile });
    const { backend, create, runner, apply, backUp } = session({ files, stored: manyGames });
    let read = 0;
    backend.beforeRead = (page) => {
      read += page.length;
      if (read > 1300) throw new Fault('backend-unreachable', 'It went away');
    };
    await backUp('plain');
    backend.beforeRead = () => {};
    const plan = await runner.prepare(create, { includeCompleted: true, resume: true });
    expect(plan.detail.name).toBe('plain');
    expect(await apply(create, plan)).toMatchObject({ outcome: 'done' });
  });

  test('does not go on without an identity', async () => {
    const { recipient, identityFile } = await keyPair();
    const { files } = await interrupted(recipient, { identityFile });
    const { create, runner } = session({ files, stored: manyGames });
    const again = { name: 'a', includeCompleted: true, resume: true } as const;
    expect((await faultOf(runner.prepare(create, again))).code).toBe('cannot-decrypt');
  });

  test('leaves nothing where nobody could go on with it', async () => {
    const { left } = await interrupted((await keyPair()).recipient, {});
    expect(left).toEqual([]);
  });
});
