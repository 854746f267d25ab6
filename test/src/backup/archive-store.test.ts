import { readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unencrypted } from '../../../src/backup/archive-file.ts';
import type { Manifest } from '../../../src/backup/archive-list.ts';
import { defaultArchiveName, parseArchiveName } from '../../../src/backup/archive-names.ts';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import type { Files } from '../../../src/backup/files.ts';
import { nodeFiles } from '../../../src/backup/files.ts';
import { manifestOf } from '../../../src/backup/manifest.ts';
import { validateArchive, validateStructure } from '../../../src/backup/validate.ts';
import { createArchiveWriter } from '../../../src/backup/writer.ts';
import { Fault } from '../../../src/base/fault.ts';
import { encodedGame, gameRecord } from '../../setup/archived-records.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const clock = virtualClock();

function realStore(files: Files = nodeFiles) {
  const folder = join(tempFolder(), 'archives');
  const store = createArchiveStore(folder, { files });
  const put = async (name: string, startedAtMs = 1) => {
    const archive = await store.begin(name, unencrypted);
    const writer = createArchiveWriter(archive.file, {
      archiveId: name,
      codec: 'zstd',
      cipher: 'none',
      environment: 'staging',
      source: 'memory',
      createdBy: 'ana@bastion',
      startedAtMs,
      consistency: 'fuzzy-scan',
      filter: { includeCompleted: false },
    });
    await writer.add(encodedGame(gameRecord({ id: `game-of-${name}` })));
    const written = await writer.finish({
      endedAtMs: startedAtMs + 1,
      leftOut: { completed: 0, vanished: 0 },
    });
    await archive.publish(manifestOf(name, written));
  };
  const at = (file: string) => join(folder, file);
  return { folder, store, put, at };
}

const stateOf = (manifest: Manifest | Fault) => (manifest instanceof Fault ? manifest.code : 'listed');

describe('listing', () => {
  test('has the newest archive first', async () => {
    const { store, put } = realStore();
    await put('older', 10);
    await put('newest', 30);
    await put('middle', 20);
    const { archives } = await store.list();
    expect(archives.map(({ name }) => name)).toEqual(['newest', 'middle', 'older']);
  });

  test('shows what is damaged or incomplete with a fault, and never what is still being written', async () => {
    const { folder, store, put } = realStore();
    for (const name of [
      'good',
      'cut',
      'no-manifest',
      'bad-manifest',
      'odd-manifest',
      'new-manifest',
      'no-archive',
    ])
      await put(name);
    const at = (file: string) => join(folder, file);
    await writeFile(at('cut.gka'), (await readFile(at('cut.gka'))).subarray(0, -1));
    await nodeFiles.remove(at('no-manifest.manifest.json'));
    await writeFile(at('bad-manifest.manifest.json'), '{"version": 1');
    await nodeFiles.remove(at('no-archive.gka'));
    await writeFile(at('crashed.gka.00aa.part'), 'half');
    await writeFile(at('notes.txt'), 'not ours');
    const odd = JSON.parse(await readFile(at('odd-manifest.manifest.json'), 'utf8'));
    await writeFile(
      at('odd-manifest.manifest.json'),
      JSON.stringify({ ...odd, games: 'many', name: undefined }),
    );
    await writeFile(at('new-manifest.manifest.json'), '{"version": 2, "holds": "what nobody knows yet"}');
    const { archives } = await store.list();
    expect(archives.find(({ name }) => name === 'odd-manifest')?.manifest).toMatchObject({
      message: 'The manifest is damaged: name: is missing; games: must be a number, not a text',
    });
    expect(Object.fromEntries(archives.map(({ name, manifest }) => [name, stateOf(manifest)]))).toEqual({
      'odd-manifest': 'integrity',
      'new-manifest': 'unsupported',
      good: 'listed',
      cut: 'integrity',
      'no-manifest': 'not-found',
      'bad-manifest': 'integrity',
      'no-archive': 'not-found',
    });
  });

  test('of a folder that does not exist is a fault, not an empty list', async () => {
    await expect(realStore().store.list()).rejects.toMatchObject({ code: 'not-found' });
  });

  test('is empty before the first archive of a location that is made by it, and makes none', async () => {
    const folder = join(tempFolder(), 'archives');
    const store = createArchiveStore(folder, { isMade: true });
    expect(await store.list()).toEqual({ location: folder, archives: [] });
    expect(await nodeFiles.stat(folder)).toBeUndefined();
  });

  test('shows an archive whose manifest the disk does not give, with that fault', async () => {
    const failing: Files = {
      ...nodeFiles,
      async readText(path) {
        if (path.includes('b.manifest')) throw new Fault('io-failed', 'i/o error');
        return nodeFiles.readText(path);
      },
    };
    const { store, put } = realStore(failing);
    await put('a');
    await put('b');
    const { archives } = await store.list();
    expect(archives.map(({ name, manifest }) => `${name} ${stateOf(manifest)}`)).toEqual([
      'a listed',
      'b io-failed',
    ]);
  });
});

describe('names', () => {
  test.each(['../up', 'a/b', '', '.hidden', 'a\u001b[2J', 'a b', 'a.gka', 'x'.repeat(129), '-rf'])(
    'refuse %j',
    (name) => {
      expect(() => parseArchiveName(name)).toThrow(Fault);
    },
  );

  test('have a default that is always allowed', () => {
    expect(defaultArchiveName('production', Date.UTC(2026, 10, 23, 12, 54))).toBe(
      'production-20261123T125400Z',
    );
    for (const environment of ['../../etc', '', 'Prüfung 1', 'x'.repeat(500)]) {
      const name = defaultArchiveName(environment, 0);
      expect(parseArchiveName(name)).toBe(name);
    }
  });

  test('that are taken give way to the next free one', async () => {
    const { store, put } = realStore();
    await put('a');
    await put('a-2');
    expect(await store.freeName('a')).toBe('a-3');
    expect(await store.freeName('b')).toBe('b');
  });

  test('resolve by name, by file name and by path', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    const path = join(folder, 'a.gka');
    for (const archive of ['a', 'a.gka', path])
      expect(await store.resolve(archive)).toMatchObject({ name: 'a', path });
  });

  test('that are unknown are answered with those that exist', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    await put('b', 5);
    await expect(store.resolve('c')).rejects.toMatchObject({ code: 'not-found', next: 'Use one of: b, a' });
    await expect(store.resolve(join(folder, 'c.gka'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(store.resolve('..')).rejects.toMatchObject({ code: 'wrong-use' });
  });
});

describe('publishing', () => {
  test('never replaces an archive that took the name meanwhile', async () => {
    const { store, put, at } = realStore();
    const slow = await store.begin('a', unencrypted);
    await put('a');
    const before = await readFile(at('a.gka'));
    const { manifest } = (await store.list()).archives[0] ?? {};
    if (!manifest || manifest instanceof Fault) throw new Error('a is not listed');
    await expect(slow.publish({ ...manifest, archiveId: 'slow' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await slow.discard();
    expect(await readFile(at('a.gka'))).toEqual(before);
    expect((await store.list()).archives).toMatchObject([{ name: 'a', manifest: { archiveId: 'a' } }]);
  });
});

describe('what an ended writer leaves', () => {
  const hourMs = 60 * 60_000;

  test('is removed when the next archive is begun and it is older than a day, nothing else is', async () => {
    const { store, put, at } = realStore();
    await put('a');
    const ages = {
      'killed.gka.00aa11bb.part': 25,
      'killed.manifest.json.00aa11bb.part': 25,
      'being-written.gka.22cc33dd.part': 1,
      'of-others.part': 25,
      'a.gka': 25,
    };
    for (const [name, hours] of Object.entries(ages)) {
      if (name !== 'a.gka') await writeFile(at(name), 'half');
      const modified = new Date(Date.now() - hours * hourMs);
      await utimes(at(name), modified, modified);
    }
    await (await store.begin('b', unencrypted)).discard();
    expect((await readdir(at(''))).sort()).toEqual([
      'a.gka',
      'a.manifest.json',
      'being-written.gka.22cc33dd.part',
      'of-others.part',
    ]);
  });

  test.each(['moveOver', 'write'] as const)('is no part of a manifest whose %s fails', async (failing) => {
    const full = async () => {
      throw new Fault('io-failed', 'ENOSPC');
    };
    const files: Files = {
      ...nodeFiles,
      ...(failing === 'moveOver' ? { moveOver: full } : {}),
      async create(path) {
        const file = await nodeFiles.create(path);
        return failing === 'write' && path.includes('manifest') ? { ...file, write: full } : file;
      },
    };
    const { put, at } = realStore(files);
    await expect(put('a')).rejects.toMatchObject({ code: 'io-failed' });
    expect(await readdir(at(''))).toEqual(['a.gka']);
  });
});

describe('validating', () => {
  test('is remembered for these very bytes and no others', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    const verifiedAt = async () => (await store.list()).archives[0]?.verifiedAtMs;
    expect(await verifiedAt()).toBeUndefined();
    const { ok } = await validateArchive(store, 'a', clock);
    expect([ok, await verifiedAt()]).toEqual([true, clock.now()]);
    const path = join(folder, 'a.gka');
    const bytes = await readFile(path);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await verifiedAt()).toBeUndefined();
  });

  test.each([
    ['to the last byte', validateArchive],
    ['of the structure alone', validateStructure],
  ])('remembers a failure %s in place of a pass, for these very bytes', async (_, validate) => {
    const { store, put, at } = realStore();
    await put('a');
    await validateArchive(store, 'a', clock);
    const passed = await readFile(at('a.gka'));
    const { atime, mtime } = await stat(at('a.gka'));
    const rotten = Buffer.from(passed);
    rotten.writeUInt8(rotten.readUInt8(rotten.length - 60) ^ 1, rotten.length - 60);
    await writeFile(at('a.gka'), rotten);
    // A disk that goes bad says nothing of it.
    await utimes(at('a.gka'), atime, mtime);
    expect(await validate(store, 'a', clock)).toMatchObject({ ok: false });
    const [row] = (await store.list()).archives;
    expect([row?.verifiedAtMs, row?.failedAtMs]).toEqual([undefined, clock.now()]);
    expect(row?.manifest).toMatchObject({ message: 'Its last validation failed' });
    await writeFile(at('a.gka'), passed);
    expect(await validateArchive(store, 'a', clock)).toMatchObject({ ok: true });
    expect((await store.list()).archives[0]).not.toHaveProperty('failedAtMs');
  });

  test.each([
    ['to the last byte', validateArchive],
    ['of the structure alone', validateStructure],
  ])('writes nothing beside a file elsewhere that is no archive (%s)', async (_, validate) => {
    const { store, put, at } = realStore();
    await put('a');
    const elsewhere = tempFolder();
    const rotten = await readFile(at('a.gka'));
    await writeFile(join(elsewhere, 'rotten.gka'), rotten.subarray(0, -1));
    await writeFile(join(elsewhere, 'users'), 'root:x:0:0:root:/root:/bin/bash\n');
    await writeFile(join(elsewhere, 'empty.gka'), '');
    for (const name of ['rotten.gka', 'users', 'empty.gka']) {
      expect(await validate(store, join(elsewhere, name), clock)).toMatchObject({ ok: false });
    }
    expect((await readdir(elsewhere)).sort()).toEqual([
      'empty.gka',
      'rotten.gka',
      'rotten.verified.json',
      'users',
    ]);
    await writeFile(at('a.gka'), 'root:x:0:0:root:/root:/bin/bash\n');
    await validate(store, 'a', clock);
    expect((await store.list()).archives[0]?.failedAtMs).toBe(clock.now());
  });

  test('does not remember a failure as a pass', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    const path = join(folder, 'a.gka');
    const bytes = await readFile(path);
    bytes[bytes.length - 60] = (bytes[bytes.length - 60] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const validation = await validateArchive(store, 'a', clock);
    expect(validation).toMatchObject({
      ok: false,
      problems: ['The archive is damaged: its root hash does not match'],
    });
    expect((await store.list()).archives[0]?.verifiedAtMs).toBeUndefined();
  });

  test('writes a lost manifest anew', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    const manifestPath = join(folder, 'a.manifest.json');
    const before = await readFile(manifestPath, 'utf8');
    await nodeFiles.remove(manifestPath);
    expect(await validateArchive(store, 'a', clock)).toMatchObject({ ok: true });
    expect(await readFile(manifestPath, 'utf8')).toBe(before);
  });

  test('finds a whole archive that was put in place of another', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    await put('b');
    await writeFile(join(folder, 'a.gka'), await readFile(join(folder, 'b.gka')));
    expect(await validateArchive(store, 'a', clock)).toMatchObject({
      ok: false,
      problems: ['Its manifest belongs to another archive'],
    });
  });

  describe('a manifest that was edited', () => {
    const whole = {
      startedAtMs: 1000,
      endedAtMs: 2000,
      games: 99_999,
      gamesByLayout: { current: 99_999, legacy: 0 },
      rawBytes: 7,
      environment: 'production',
      source: 'redis://prod',
      createdBy: 'eve@prod',
      archiveId: 'other',
      codec: 'gzip',
      cipher: 'age',
      recipients: ['age1eve'],
      filter: { includeCompleted: true },
      leftOut: { completed: 1, vanished: 0 },
      gamesByPhase: { TURN: 1 },
      unsupported: [{ id: 'lost', layout: 'current', why: 'it is a list' }],
      meanwhile: { changed: 1 },
      resumed: { games: 1, untilMs: 2, gone: 0 },
      purpose: 'retired',
    } satisfies Partial<Manifest>;

    async function edited(change: Partial<Manifest>) {
      const made = realStore();
      await made.put('a');
      await validateArchive(made.store, 'a', clock);
      const path = made.at('a.manifest.json');
      await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
      return made;
    }

    test.each(Object.entries(whole))('is found by its %s', async (field, value) => {
      const { store } = await edited({ [field]: value });
      for (const validation of [
        await validateStructure(store, 'a', clock),
        await validateArchive(store, 'a', clock),
      ]) {
        expect(validation).toMatchObject({ ok: false, problems: [expect.stringContaining(` ${field} `)] });
      }
    });

    test('is told field by field', async () => {
      const { store } = await edited({ games: 2, source: 'redis://prod' });
      expect((await validateStructure(store, 'a', clock)).problems).toEqual([
        'Its manifest says source "redis://prod", the archive "memory"',
        'Its manifest says games 2, the archive 1',
      ]);
    });

    test('is not believed by the list, nor is its archive verified with it', async () => {
      const { store } = await edited({ startedAtMs: 1000 });
      const doubted = [{ manifest: { code: 'integrity' }, verifiedAtMs: undefined }];
      expect((await store.list()).archives).toMatchObject(doubted);
      await validateStructure(store, 'a', clock);
      expect((await store.list()).archives).toMatchObject(doubted);
    });

    test('and one that is damaged is told apart from an archive that is, with what mends it', async () => {
      const { store, at } = await edited({ games: 2 });
      const mend = expect.stringMatching(/move its manifest away and run: .* validate --deep/);
      for (const text of [undefined, '{', '{}']) {
        if (text !== undefined) await writeFile(at('a.manifest.json'), text);
        expect(await validateStructure(store, 'a', clock)).toMatchObject({ ok: false, games: 1, mend });
        expect(await validateArchive(store, 'a', clock)).toMatchObject({ ok: false, games: 1, mend });
      }
      const bytes = await readFile(at('a.gka'));
      bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
      await writeFile(at('a.gka'), bytes);
      expect(await validateArchive(store, 'a', clock)).not.toHaveProperty('mend');
    });

    test('of a newer version is left to that, and no failure is remembered', async () => {
      const { store, at } = await edited({});
      const passed = await readFile(at('a.verified.json'), 'utf8');
      await writeFile(at('a.manifest.json'), '{"version":2}');
      await expect(validateArchive(store, 'a', clock)).rejects.toMatchObject({
        code: 'unsupported',
        next: 'Look at it with the version that wrote it',
      });
      expect(await readFile(at('a.verified.json'), 'utf8')).toBe(passed);
    });

    test('is written anew once it is moved away', async () => {
      const { store, at } = await edited({ games: 2 });
      await nodeFiles.remove(at('a.manifest.json'));
      expect(await validateArchive(store, 'a', clock)).toMatchObject({ ok: true });
      expect((await store.list()).archives).toMatchObject([
        { manifest: { games: 1 }, verifiedAtMs: clock.now() },
      ]);
    });

    test('may lie beside an archive that got another name', async () => {
      const { store, folder, put } = realStore();
      await put('a');
      for (const suffix of ['.gka', '.manifest.json']) {
        await rename(join(folder, `a${suffix}`), join(folder, `b${suffix}`));
      }
      expect(await validateArchive(store, 'b', clock)).toMatchObject({ ok: true });
      expect((await store.list()).archives).toMatchObject([{ name: 'b', verifiedAtMs: clock.now() }]);
    });
  });

  test('works where nothing can be written', async () => {
    let readOnly = false;
    const files: Files = {
      ...nodeFiles,
      async create(path) {
        if (readOnly) throw new Fault('io-failed', 'EROFS');
        return nodeFiles.create(path);
      },
    };
    const { store, put } = realStore(files);
    await put('a');
    readOnly = true;
    expect(await validateArchive(store, 'a', clock)).toMatchObject({ ok: true });
  });
});

describe('validating the structure alone', () => {
  test('finds any byte that is another, and remembers no pass', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    expect(await validateStructure(store, 'a', clock)).toMatchObject({ ok: true, games: 1 });
    expect((await store.list()).archives[0]?.verifiedAtMs).toBeUndefined();
    const path = join(folder, 'a.gka');
    const bytes = await readFile(path);
    const passed: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await writeFile(path, damaged);
      const found = await validateStructure(store, 'a', clock).catch(({ code }: Fault) => ({
        ok: code !== 'unsupported',
      }));
      if (found.ok) passed.push(at);
    }
    expect(passed).toEqual([]);
  });

  test('finds no archive in a folder, nor a file that is not named by its path', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    await expect(store.resolve(folder)).rejects.toMatchObject({ code: 'not-found' });
    await expect(store.resolve('b.gka')).rejects.toMatchObject({
      code: 'not-found',
      next: 'Name a file of this folder by its path: ./b.gka. Use one of: a',
    });
  });

  test('names every damaged chunk, with the bytes that were read', async () => {
    const { folder, store, put } = realStore();
    await put('a');
    const path = join(folder, 'a.gka');
    const bytes = await readFile(path);
    const told: number[] = [];
    const before = await validateStructure(store, 'a', clock, (done) => told.push(done));
    expect([before.bytesRead, told.at(-1)]).toEqual([bytes.length, bytes.length]);
    const chunkAt = 12 + bytes.readUInt32BE(8);
    bytes[chunkAt + 90] = (bytes[chunkAt + 90] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await validateStructure(store, 'a', clock)).toMatchObject({
      ok: false,
      problems: ['The archive is damaged: chunk 0 is not what was written'],
    });
  });
});

describe('removing', () => {
  test('takes the archive and all that lies beside it, and nothing else', async () => {
    const { folder, store, put } = realStore();
    await put('old');
    await put('older');
    await validateArchive(store, 'old', clock);
    await store.remove(await store.resolve('old'));
    expect((await readdir(folder)).sort()).toEqual(['older.gka', 'older.manifest.json']);
  });

  test('goes on where it was interrupted', async () => {
    const { folder, store, put, at } = realStore();
    await put('old');
    const ref = await store.resolve('old');
    await nodeFiles.remove(at('old.manifest.json'));
    await store.remove(ref);
    expect(await readdir(folder)).toEqual([]);
  });

  test('leaves at every interruption either no archive or one that validates', async () => {
    const { folder, put, store } = realStore();
    for (const removals of [0, 1, 2]) {
      const name = `cut-${removals}`;
      await put(name);
      await validateArchive(store, name, clock);
      let left = removals;
      const dying: Files = {
        ...nodeFiles,
        remove: async (path) => {
          if (left-- === 0) throw new Fault('io-failed', 'The power is cut');
          return nodeFiles.remove(path);
        },
      };
      const ref = await store.resolve(name);
      await expect(createArchiveStore(folder, { files: dying }).remove(ref)).rejects.toThrow('power');
      expect(await validateArchive(store, name, clock)).toMatchObject({ ok: true });
    }
  });
});
