import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Codec, codecs, createCompressor, decompress } from '../../../src/backup/codec.ts';
import type { ArchiveHeader } from '../../../src/backup/format.ts';
import { openArchive, readChunks } from '../../../src/backup/reader.ts';
import { checkArchive } from '../../../src/backup/validate.ts';
import { createArchiveWriter } from '../../../src/backup/writer.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { encodeRecord, recordDigest } from '../../../src/game/record-codec.ts';
import { anyRecords, encodedGame, gameRecord } from '../../setup/archived-records.ts';
import { unnoticedFlips } from '../../setup/flipped-bits.ts';
import { memoryFiles } from '../../setup/memory-files.ts';

const path = '/archives/a.gka';

function header(codec: Codec = 'zstd', archiveId = 'a1'): ArchiveHeader {
  return {
    archiveId,
    codec,
    cipher: 'none',
    environment: 'staging',
    source: 'memory',
    createdBy: 'ana@bastion',
    startedAtMs: 1,
    consistency: 'fuzzy-scan',
    filter: { includeCompleted: true },
  };
}

async function write(records: readonly GameRecord[], about = header(), chunkBytes = 200): Promise<Buffer> {
  const files = memoryFiles();
  const writer = createArchiveWriter(await files.create(path), about, { chunkBytes });
  for (const record of records) await writer.add(encodedGame(record));
  await writer.finish({ endedAtMs: 2, leftOut: { completed: 0, vanished: 0 } });
  return files.bytes(path);
}

async function open(bytes: Uint8Array) {
  const files = memoryFiles();
  files.put(path, bytes);
  return files.open(path);
}

async function readAll(bytes: Uint8Array) {
  const found = [];
  for await (const chunk of readChunks(await openArchive(await open(bytes)))) {
    if (chunk.kind === 'damaged') throw chunk.fault;
    found.push(...chunk.records);
  }
  return found;
}

/** undefined when the bytes pass as a valid archive. */
async function rejection(bytes: Uint8Array): Promise<string | undefined> {
  try {
    const { validation } = await checkArchive(await open(bytes), 'a');
    return validation.ok ? undefined : validation.problems.join();
  } catch (thrown) {
    return String(thrown);
  }
}

const someGames = [1, 2, 3, 4].map((number) =>
  gameRecord({ id: `game-${number}`, revision: number, fields: { state: `${number}`.repeat(150) } }),
);

describe('an archive', () => {
  test.each(codecs)(
    'gives back exactly the records it was given, with %s',
    async (codec) => {
      await fc.assert(
        fc.asyncProperty(anyRecords(), async (records) => {
          const found = await readAll(await write(records, header(codec)));
          expect(found.map(({ record }) => encodeRecord(record).toString('hex'))).toEqual(
            records.map((record) => encodeRecord(record).toString('hex')),
          );
          expect(found.map(({ digest }) => digest)).toEqual(records.map(recordDigest));
        }),
        { numRuns: 50 },
      );
    },
    30_000,
  );

  test('may be empty', async () => {
    const bytes = await write([]);
    expect(await rejection(bytes)).toBeUndefined();
    expect(await readAll(bytes)).toEqual([]);
  });

  test('takes a game larger than a chunk', async () => {
    const large = gameRecord({ id: 'large', fields: { state: 'x'.repeat(100_000) } });
    expect((await readAll(await write([large]))).map(({ digest }) => digest)).toEqual([recordDigest(large)]);
  });

  test('counts its games by layout, and all of its bytes as read', async () => {
    const bytes = await write([...someGames, gameRecord({ id: 'game-1', layout: 'legacy' })]);
    const { validation, archive } = await checkArchive(await open(bytes), 'a');
    expect(validation).toEqual({ name: 'a', ok: true, games: 5, bytesRead: bytes.length, problems: [] });
    expect(archive?.totals.gamesByLayout).toEqual({ current: 4, legacy: 1 });
    expect(archive?.chunks.length).toBeGreaterThan(2);
  });
});

describe('a damaged archive is rejected', () => {
  test.each(codecs)(
    'for every single bit that flips, with %s',
    async (codec) => {
      const bytes = await write(someGames.slice(0, 2), header(codec), 100);
      expect(await unnoticedFlips(bytes, rejection)).toEqual([]);
    },
    60_000,
  );

  test('at every length it may be cut to, and with any byte more', async () => {
    const bytes = await write(someGames);
    const passed: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      if ((await rejection(bytes.subarray(0, length))) === undefined) passed.push(length);
    }
    expect(passed).toEqual([]);
    expect(await rejection(Buffer.concat([bytes, Buffer.of(0)]))).toBeDefined();
    expect(await rejection(Buffer.concat([bytes, bytes]))).toBeDefined();
  });

  test('when chunks are swapped, doubled, dropped, or taken from another archive', async () => {
    const parts = await cutUp(await write(someGames));
    const [first, second, ...rest] = parts.chunks as [Buffer, Buffer, ...Buffer[]];
    const others = await cutUp(await write(someGames, header('zstd', 'a2')));
    const join = (chunks: readonly Buffer[], end = parts.end) => Buffer.concat([parts.start, ...chunks, end]);
    expect(await rejection(join(parts.chunks))).toBeUndefined();
    for (const spliced of [
      join([second, first, ...rest]),
      join([first, first, second, ...rest]),
      join([first, first, ...rest]),
      join([first, ...rest]),
      join(parts.chunks, others.end),
    ]) {
      expect(await rejection(spliced)).toBeDefined();
    }
  });

  test('when bytes that no table knows of are between its chunks and its end', async () => {
    const { start, chunks, end } = await cutUp(await write(someGames));
    const moved = Buffer.from(end);
    const offsetAt = moved.length - 48;
    moved.writeBigUInt64BE(moved.readBigUInt64BE(offsetAt) + 4n, offsetAt);
    const bytes = Buffer.concat([start, ...chunks, Buffer.from('evil'), moved]);
    expect(await rejection(bytes)).toContain('its chunks and its footer do not meet');
  });

  test.each(['zstd', 'gzip'] as const)('before it fills the memory, with %s', async (codec) => {
    const bomb = Buffer.concat(await createCompressor(codec).compress(Buffer.alloc(1_000_000)));
    await expect(decompress(codec, bomb, 1000)).rejects.toThrow();
    expect(await decompress(codec, bomb, 1_000_000)).toHaveLength(1_000_000);
  });

  test('by the name of the chunk, while the games of the others are still counted', async () => {
    const { start, chunks, end } = await cutUp(await write(someGames));
    const second = Buffer.from(chunks[1] ?? []);
    second[second.length - 1] = (second.at(-1) ?? 0) ^ 1;
    const bytes = Buffer.concat([start, ...chunks.with(1, second), end]);
    const { validation } = await checkArchive(await open(bytes), 'a');
    expect(validation).toMatchObject({ ok: false, games: 3 });
    expect(validation.problems).toEqual(['The archive is damaged: chunk 1 is not what was written']);
  });

  test('when the same game is in it twice', async () => {
    const [game] = someGames as [GameRecord];
    expect(await rejection(await write([game, game]))).toContain('game-1 is in it twice');
  });

  test('but a disk that fails is a fault, not a finding about the archive', async () => {
    const bytes = await write(someGames);
    const file = await open(bytes);
    const failing = {
      ...file,
      async read(position: number, length: number) {
        if (length > 200) throw new Error('EIO: i/o error, read');
        return file.read(position, length);
      },
    };
    await expect(checkArchive(failing, 'a')).rejects.toMatchObject({ code: 'io-failed' });
  });
});

test('an archive of format 1 that was written long ago stays readable', async () => {
  const bytes = readFileSync(fileURLToPath(new URL('golden/format-1.gka', import.meta.url)));
  const { validation, archive } = await checkArchive(await open(bytes), 'format-1');
  expect(validation).toMatchObject({ ok: true, games: 3 });
  expect(archive?.rootHash.toString('hex')).toBe(
    'd45b9cc524397451fb4c62f6bdb8fa55943f93b5ac4e77da20db7db131c31efd',
  );
  const found = await readAll(bytes);
  expect(found.map(({ record: { layout, revision } }) => `${layout} ${revision}`)).toEqual([
    'current 7',
    'legacy undefined',
    'current 1',
  ]);
  expect(found.map(({ digest }) => digest)).toEqual([
    'f0341a45fa4d2d207d35f46feb7022046d5adc5f9e91ab4c4da28430cb09b66d',
    'ae541c72fac449b38d6795d668c6277fbc217fa249b30d03fd23d1fb3d5aa0de',
    '8e6573081600618051d2bff927af2320a7162805b5c72cd9a0be8cf18f9f1b98',
  ]);
  expect(found.map(({ record }) => recordDigest(record))).toEqual(found.map(({ digest }) => digest));
});

test('an archive that was validated before is damaged by any byte that is another since', async () => {
  const bytes = await write(someGames);
  const { rootHash } = await openArchive(await open(bytes));
  const { start, chunks, end } = await cutUp(bytes);
  const last = Buffer.from(chunks.at(-1) ?? '');
  last.writeUInt8(last.readUInt8(last.length - 1) ^ 1, last.length - 1);
  const changed = Buffer.concat([start, ...chunks.slice(0, -1), last, end]);
  const kinds = [];
  const archive = await openArchive(await open(changed), rootHash.toString('hex'));
  for await (const { kind } of readChunks(archive)) kinds.push(kind);
  expect(kinds).toEqual([...chunks.slice(0, -1).map(() => 'records'), 'damaged']);
});

test.each(codecs)('memory that a chunk gives back is none of another chunk, with %s', async (codec) => {
  const large = [1, 2, 3, 4, 5].map((n) =>
    gameRecord({ id: `${n}`, fields: { state: `${n}`.repeat(90_000) } }),
  );
  const found = [];
  for await (const chunk of readChunks(await openArchive(await open(await write(large, header(codec)))))) {
    if (chunk.kind === 'damaged') throw chunk.fault;
    found.push(...chunk.records.map(({ digest }) => digest));
    chunk.release();
    const left = chunk.records.map(({ encoded }) => encoded.bytes.length);
    if (codec !== 'none') expect(new Set(left)).toEqual(new Set([0]));
  }
  expect(found).toEqual(large.map(recordDigest));
});

/** The pieces of an archive, by its own table. */
async function cutUp(bytes: Buffer) {
  const { chunks } = await openArchive(await open(bytes));
  const prefixBytes = 5 + 76;
  const sizes = chunks.map(({ storedBytes }) => prefixBytes + storedBytes);
  const footerOffset = Number(bytes.readBigUInt64BE(bytes.length - 48));
  let at = footerOffset - sizes.reduce((sum, size) => sum + size, 0);
  const start = bytes.subarray(0, at);
  const pieces = sizes.map((size) => {
    at += size;
    return bytes.subarray(at - size, at);
  });
  return { start, chunks: pieces, end: bytes.subarray(footerOffset) };
}
