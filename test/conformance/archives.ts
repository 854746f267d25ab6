/** What every place that keeps archives must do, whatever it is made of. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unencrypted } from '../../src/backup/archive-file.ts';
import type { Manifest } from '../../src/backup/archive-list.ts';
import type { ArchiveStore, UnpublishedArchive } from '../../src/backup/archive-store.ts';
import { manifestOf } from '../../src/backup/manifest.ts';
import { validateArchive } from '../../src/backup/validate.ts';
import { createArchiveWriter } from '../../src/backup/writer.ts';
import { Fault } from '../../src/base/fault.ts';
import { encodedGame, gameRecord } from '../setup/archived-records.ts';
import { virtualClock } from '../setup/virtual-clock.ts';

export interface ArchivePlace {
  readonly store: ArchiveStore;
  /** All that is there, also what no listing shows: parts, unfinished uploads. Sorted. */
  contents(): Promise<string[]>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  bytes(name: string): Promise<Buffer>;
}

interface Traits {
  /** Of several writers who publish one name in the same moment, one is told that it did: not where conditions are unknown. */
  readonly decidesRaces: boolean;
}

const clock = virtualClock();

/** Written, not published. */
async function write(store: ArchiveStore, name: string, games = 1, startedAtMs = 1) {
  const archive = await store.begin(name, unencrypted);
  const header = {
    archiveId: `id of ${name}`,
    codec: 'none',
    cipher: 'none',
    environment: 'staging',
    source: 'memory',
    createdBy: 'ana@bastion',
    startedAtMs,
    consistency: 'fuzzy-scan',
    filter: { includeCompleted: true },
  } as const;
  const writer = createArchiveWriter(archive.file, header, { chunkBytes: 8_192 });
  for (let game = 0; game < games; game++) {
    const id = `${name}-${game}`;
    await writer.add(encodedGame(gameRecord({ id, fields: { 'e:1': `${id} `.repeat(40) } })));
  }
  const leftOut = { completed: 0, vanished: 0 };
  return {
    archive,
    manifest: manifestOf(name, await writer.finish({ endedAtMs: startedAtMs + 1, leftOut })),
  };
}

async function put(store: ArchiveStore, name: string, games = 1, startedAtMs = 1): Promise<Manifest> {
  const { archive, manifest } = await write(store, name, games, startedAtMs);
  await archive.publish(manifest);
  return manifest;
}

const listed = async ({ store }: ArchivePlace) =>
  (await store.list()).archives.map(({ name, manifest }) =>
    manifest instanceof Fault ? `${name}: ${manifest.code}` : name,
  );

export function archiveConformance(what: string, open: () => Promise<ArchivePlace>, traits: Traits): void {
  describe(`archives in ${what}`, () => {
    test('are listed newest first, and none is verified before it was validated', async () => {
      const place = await open();
      const names = ['c', 'a', 'e', 'b', 'd', 'f'];
      for (const [index, name] of names.entries()) await put(place.store, name, 1, 1_000 * index);
      const { archives } = await place.store.list();
      expect(archives.map(({ name }) => name)).toEqual(names.toReversed());
      expect(archives.map(({ verifiedAtMs }) => verifiedAtMs)).toEqual(names.map(() => undefined));
    });

    test('are not there before they are published', async () => {
      const place = await open();
      await put(place.store, 'before');
      const { archive, manifest } = await write(place.store, 'a', 200);
      expect(await listed(place)).toEqual(['before']);
      await archive.publish(manifest);
      expect((await listed(place)).toSorted()).toEqual(['a', 'before']);
    });

    test('leave nothing when they are discarded', async () => {
      const place = await open();
      await put(place.store, 'before');
      const contents = await place.contents();
      const { archive } = await write(place.store, 'a', 200);
      await archive.discard();
      expect(await place.contents()).toEqual(contents);
    });

    test('that were published are not discarded any more', async () => {
      const place = await open();
      const { archive, manifest } = await write(place.store, 'a');
      await archive.publish(manifest);
      await archive.discard();
      expect(await validateArchive(place.store, 'a', clock)).toMatchObject({ ok: true });
    });

    test('never replace one that took the name meanwhile', async () => {
      const place = await open();
      const slow = await write(place.store, 'a', 3);
      await put(place.store, 'a', 5);
      const bytes = await place.bytes('a.gka');
      await expect(slow.archive.publish(slow.manifest)).rejects.toMatchObject({ code: 'conflict' });
      await slow.archive.discard();
      expect(await place.bytes('a.gka')).toEqual(bytes);
      expect(await validateArchive(place.store, 'a', clock)).toMatchObject({ ok: true, games: 5 });
      expect(await place.contents()).toEqual(['a.gka', 'a.manifest.json', 'a.verified.json']);
    });

    if (traits.decidesRaces) {
      test('published at once under one name are one archive', async () => {
        const place = await open();
        const writers = await Promise.all([1, 2, 3, 4].map((games) => write(place.store, 'a', games)));
        const outcomes = await Promise.all(
          writers.map(({ archive, manifest }) =>
            archive.publish(manifest).then(
              () => manifest.games,
              (fault: Fault) => fault.code,
            ),
          ),
        );
        const winners = outcomes.filter((outcome) => typeof outcome === 'number');
        expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(3);
        expect(await validateArchive(place.store, 'a', clock)).toMatchObject({ ok: true, games: winners[0] });
      });
    }

    test('hold the bytes that were written, wherever they are read', async () => {
      const place = await open();
      await put(place.store, 'a', 400);
      const whole = await place.bytes('a.gka');
      const file = await place.store.open(await place.store.resolve('a'));
      expect(file.sizeBytes).toBe(whole.length);
      const somewhere = fc.record({ at: fc.nat(whole.length + 10), length: fc.nat(30_000) });
      await fc.assert(
        fc.asyncProperty(somewhere, async ({ at, length }) => {
          expect(await file.read(at, length)).toEqual(whole.subarray(at, at + length));
        }),
        { numRuns: 50 },
      );
      await file.close();
    });

    test('are read by several at once', async () => {
      const place = await open();
      await put(place.store, 'a', 400);
      const whole = await place.bytes('a.gka');
      expect(whole.length).toBeGreaterThan(80_000);
      const file = await place.store.open(await place.store.resolve('a'));
      const reads = Array.from({ length: 40 }, (_, at) => file.read(at * 1_000, 1_500));
      expect(await Promise.all(reads)).toEqual(
        reads.map((_, at) => whole.subarray(at * 1_000, at * 1_000 + 1_500)),
      );
      await file.close();
    });

    test('that are cut or without a manifest are listed as what they are', async () => {
      const place = await open();
      const whole = await put(place.store, 'whole').then(() => place.bytes('whole.gka'));
      const manifest = await place.bytes('whole.manifest.json');
      await place.put('cut.gka', whole.subarray(0, -1));
      await place.put('cut.manifest.json', manifest);
      await place.put('bare.gka', whole);
      await place.put('gone.manifest.json', manifest);
      await place.put('other.txt', Buffer.from('not ours'));
      expect((await listed(place)).toSorted()).toEqual([
        'bare: not-found',
        'cut: integrity',
        'gone: not-found',
        'whole',
      ]);
    });

    test('get a lost manifest back by a validation', async () => {
      const place = await open();
      await put(place.store, 'a');
      await place.put('b.gka', await place.bytes('a.gka'));
      expect(await validateArchive(place.store, 'b', clock)).toMatchObject({ ok: true });
      expect((await listed(place)).toSorted()).toEqual(['a', 'b']);
    });

    test('are verified for these very bytes', async () => {
      const place = await open();
      await put(place.store, 'a', 2);
      expect(await validateArchive(place.store, 'a', clock)).toMatchObject({ ok: true });
      const verifiedAt = async () => (await place.store.list()).archives[0]?.verifiedAtMs;
      expect(await verifiedAt()).toBe(clock.now());
      await place.put('a.gka', Buffer.concat([await place.bytes('a.gka'), Buffer.from('more')]));
      expect(await verifiedAt()).toBeUndefined();
    });

    test('go with all that lies beside them, once or again', async () => {
      const place = await open();
      await put(place.store, 'a');
      await validateArchive(place.store, 'a', clock);
      await put(place.store, 'ab');
      const ref = await place.store.resolve('a');
      await place.store.remove(ref);
      await place.store.remove(ref);
      expect(await place.contents()).toEqual(['ab.gka', 'ab.manifest.json']);
    });

    test('are found by name, by file name and by path', async () => {
      const place = await open();
      await put(place.store, 'a');
      const path = `${place.store.location}/a.gka`;
      for (const archive of ['a', 'a.gka', path])
        expect(await place.store.resolve(archive)).toMatchObject({ name: 'a', path });
    });

    test('that are unknown are answered with those that exist', async () => {
      const place = await open();
      await put(place.store, 'a', 1, 1);
      await put(place.store, 'b', 1, 2);
      await expect(place.store.resolve('c')).rejects.toMatchObject({
        code: 'not-found',
        next: 'Use one of: b, a',
      });
      await expect(place.store.resolve(`${place.store.location}/c.gka`)).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    test('whose name is taken give way to the next free one', async () => {
      const place = await open();
      await put(place.store, 'a');
      await put(place.store, 'a-2');
      expect(await place.store.freeName('a')).toBe('a-3');
    });

    test('are written at once under different names', async () => {
      const place = await open();
      const archives: UnpublishedArchive[] = await Promise.all(
        ['a', 'b', 'c'].map((name) => place.store.begin(name, unencrypted)),
      );
      const manifest = await put(place.store, 'd');
      for (const round of [1, 2, 3])
        for (const { ref, file } of archives) await file.write(Buffer.alloc(50_000, `${ref.name}${round}`));
      await Promise.all(
        archives.map(async ({ file, ref, publish }) => {
          const storedBytes = await file.end();
          await publish({ ...manifest, name: ref.name, storedBytes });
        }),
      );
      for (const { ref } of archives) {
        const rounds = [1, 2, 3].map((round) => Buffer.alloc(50_000, `${ref.name}${round}`));
        expect(await place.bytes(`${ref.name}.gka`)).toEqual(Buffer.concat(rounds));
      }
    });
  });
}
