import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AgeHeader, openingFile, openingUnended, sealingFile } from '../../../src/backup/age-file.ts';
import { newHeader } from '../../../src/backup/age-header.ts';
import { plainChunkBytes, sealedChunkBytes } from '../../../src/backup/age-payload.ts';
import { createArchiveKeys } from '../../../src/backup/archive-keys.ts';
import { memoryFiles } from '../../setup/memory-files.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const path = '/archives/a.gka';

async function keyPair() {
  const identity = await generateIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** As a writer of archives does it: in pieces, with a sync among them. */
async function seal(pieces: readonly Uint8Array[], header: AgeHeader): Promise<Buffer> {
  const files = memoryFiles();
  const file = sealingFile(await files.create(path), header);
  for (const piece of pieces) await file.write(piece);
  await file.sync();
  const storedBytes = await file.end();
  await file.close();
  expect(storedBytes).toBe(files.bytes(path).length);
  return files.bytes(path);
}

async function stored(bytes: Uint8Array) {
  const files = memoryFiles();
  files.put(path, bytes);
  return files.open(path);
}

async function readAll(bytes: Uint8Array, header: AgeHeader): Promise<Buffer> {
  const file = await openingFile(await stored(bytes), header);
  return file.read(0, file.sizeBytes);
}

const pattern = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 7 + (at >> 8)) & 255));

/** Around the ends of chunks, where the last one must be known as the last. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -2, max: 2 }))
    .map(([n, off]) => n * plainChunkBytes + off),
);

describe('an age file', () => {
  test('is what the package decrypts, whatever pieces it was written in', async () => {
    const { identity, recipient } = await keyPair();
    const header = await newHeader([recipient]);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    await fc.assert(
      fc.asyncProperty(size, fc.integer({ min: 1, max: 100_000 }), async (bytes, pieceBytes) => {
        const plain = pattern(bytes);
        const pieces = [];
        for (let at = 0; at < bytes; at += pieceBytes) pieces.push(plain.subarray(at, at + pieceBytes));
        expect(Buffer.from(await decrypter.decrypt(await seal(pieces, header)))).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });

  test('of the package is read at any place', async () => {
    const { identity, recipient } = await keyPair();
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const identityFile = join(tempFolder(), 'key');
    writeFileSync(identityFile, `# created by a test\n${identity}\n`);
    const keys = createArchiveKeys({ identityFile });
    await fc.assert(
      fc.asyncProperty(size, fc.array(fc.tuple(fc.nat(200_000), fc.nat(150_000))), async (bytes, ranges) => {
        const plain = pattern(bytes);
        const file = await keys.open(await stored(await encrypter.encrypt(plain)), 'a');
        expect([file.sizeBytes, file.cipher]).toEqual([bytes, 'age']);
        for (const [position, length] of ranges) {
          expect(
            (await file.read(position, length)).equals(plain.subarray(position, position + length)),
          ).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('keeps up to one chunk back, and is durable once it has ended', async () => {
    const files = memoryFiles();
    const header = await newHeader([(await keyPair()).recipient]);
    const file = sealingFile(await files.create(path), header);
    await file.write(pattern(plainChunkBytes));
    expect(files.bytes(path).length).toBe(header.header.length + 16);
    await file.write(pattern(1));
    expect(files.bytes(path).length).toBe(header.header.length + 16 + sealedChunkBytes);
    await file.end();
    await files.syncFolder('/archives');
    const survived = files.afterCrash('none').bytes(path);
    expect((await readAll(survived, header)).length).toBe(plainChunkBytes + 1);
  });
});

describe('what a writer left that never came to the end', () => {
  test('is read up to its last full chunk, whatever follows that', async () => {
    const header = await newHeader([(await keyPair()).recipient]);
    const plain = pattern(2 * plainChunkBytes + 500);
    const bytes = await seal([plain], header);
    const payloadAt = header.header.length + 16;
    const full = payloadAt + 2 * sealedChunkBytes;
    const zeros = Buffer.alloc(sealedChunkBytes);
    const cases: readonly (readonly [Buffer, number])[] = [
      [bytes.subarray(0, full + 10), 2],
      [bytes.subarray(0, full), 2],
      [bytes.subarray(0, full - 1), 1],
      [Buffer.concat([bytes.subarray(0, full), zeros, zeros, zeros.subarray(7)]), 2],
      [bytes.subarray(0, payloadAt), 0],
      [bytes.subarray(0, payloadAt - 3), 0],
    ];
    for (const [left, chunks] of cases) {
      const file = await openingUnended(await stored(left), header);
      expect(file.sizeBytes).toBe(chunks * plainChunkBytes);
      expect((await file.read(0, plain.length)).equals(plain.subarray(0, chunks * plainChunkBytes))).toBe(
        true,
      );
    }
  });
});

describe('a changed age file is not read', () => {
  const chunks = 3;
  async function sealed() {
    const header = await newHeader([(await keyPair()).recipient]);
    const bytes = await seal([pattern((chunks - 1) * plainChunkBytes + 500)], header);
    const payloadAt = header.header.length + 16;
    const parts = Array.from({ length: chunks }, (_, index) =>
      bytes.subarray(payloadAt + index * sealedChunkBytes, payloadAt + (index + 1) * sealedChunkBytes),
    );
    return { header, bytes, start: bytes.subarray(0, payloadAt), parts };
  }
  const damaged = { code: 'integrity' };

  test('when its chunks are swapped, doubled, dropped, or taken from another file', async () => {
    const { header, bytes, start, parts } = await sealed();
    const [first, second, last] = parts as [Buffer, Buffer, Buffer];
    // The same recipient and the same key, another salt.
    const other = await seal([pattern(chunks * plainChunkBytes - 100)], header);
    const stranger = other.subarray(start.length, start.length + sealedChunkBytes);
    expect((await readAll(bytes, header)).length).toBe((chunks - 1) * plainChunkBytes + 500);
    for (const order of [
      [second, first, last],
      [first, first, second, last],
      [first, first, last],
      [first, last],
      [second, last],
      [first, second],
      [first, second, last, last],
      [first, second.subarray(0, -1), last],
      [stranger, second, last],
      [last],
    ]) {
      await expect(readAll(Buffer.concat([start, ...order]), header)).rejects.toMatchObject(damaged);
    }
  });

  test('at any length that it is cut to around the ends of chunks, and with any byte more', async () => {
    const { header, bytes, start } = await sealed();
    const ends = [0, 1, 2].map((index) => start.length + index * sealedChunkBytes);
    for (const end of [...ends, bytes.length]) {
      for (const length of [-17, -16, -1, 0, 1, 15, 16, 17].map((more) => end + more)) {
        if (length === bytes.length) continue;
        const changed = Buffer.concat([bytes, Buffer.alloc(20)]).subarray(0, length);
        await expect(readAll(changed, header)).rejects.toMatchObject(damaged);
      }
    }
  });

  test('when a bit flips anywhere behind its header', async () => {
    const { header, bytes, start } = await sealed();
    const saltAt = start.length - 16;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: saltAt * 8, max: bytes.length * 8 - 1 }), async (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expect(readAll(flipped, header)).rejects.toMatchObject(damaged);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the age tool', () => {
  const plain = pattern(2 * plainChunkBytes + 77);

  test('opens what we wrote, for each of its recipients', async () => {
    const folder = tempFolder();
    const keys = [0, 1].map((number) => {
      const file = join(folder, `key-${number}`);
      execFileSync('age-keygen', ['-o', file], { stdio: 'ignore' });
      return { file, recipient: execFileSync('age-keygen', ['-y', file], { encoding: 'utf8' }).trim() };
    });
    const archive = join(folder, 'a.age');
    writeFileSync(archive, await seal([plain], await newHeader(keys.map(({ recipient }) => recipient))));
    for (const { file } of keys) {
      const opened = spawnSync('age', ['-d', '-i', file, archive], { maxBuffer: 1e9 });
      expect(opened.stdout.equals(plain)).toBe(true);
    }
  });

  test('writes what we open', async () => {
    const folder = tempFolder();
    const [identityFile, archive] = [join(folder, 'key'), join(folder, 'a.age')];
    execFileSync('age-keygen', ['-o', identityFile], { stdio: 'ignore' });
    const recipient = execFileSync('age-keygen', ['-y', identityFile], { encoding: 'utf8' }).trim();
    execFileSync('age', ['-r', recipient, '-o', archive], { input: plain });
    const file = await createArchiveKeys({ identityFile }).open(await stored(readFileSync(archive)), 'a');
    expect((await file.read(0, file.sizeBytes)).equals(plain)).toBe(true);
  });
});
