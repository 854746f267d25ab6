import { expect, test } from 'vitest';
import type { ArchiveRow, Manifest } from '../../../src/backup/archive-list.ts';
import { Fault } from '../../../src/base/fault.ts';
import { run } from '../../../src/cli/verb/backup-list.ts';
import type { VerbCall } from '../../../src/cli/verb.ts';

const now = Date.parse('2026-11-23T03:00:00Z');

const manifest: Manifest = {
  ...{
    version: 1,
    name: 'a',
    archiveId: 'x',
    environment: 'staging',
    source: 'redis://one',
    createdBy: 'ana@b',
  },
  ...{
    startedAtMs: now - 7_200_000,
    endedAtMs: now - 7_100_000,
    games: 1200,
    rawBytes: 4096,
    storedBytes: 1024,
  },
  ...{ gamesByLayout: { current: 1200, legacy: 0 }, codec: 'zstd', cipher: 'age', consistency: 'fuzzy-scan' },
  filter: { includeCompleted: false, where: { phases: ['TURN'] } },
  leftOut: { completed: 0, vanished: 2, filtered: 9 },
  meanwhile: { changed: 3 },
  unsupported: [{ id: 'list', layout: 'legacy', why: 'it is a list' }],
  rootHash: '0'.repeat(64),
};

async function listed(archives: readonly ArchiveRow[]): Promise<readonly string[]> {
  const list = async () => ({ location: '/archives', archives });
  // The verb asks for nothing else.
  const world = {
    clock: { now: () => now },
    archives: async () => ({ list }),
  } as unknown as VerbCall['world'];
  return (await run({ world, signal: new AbortController().signal } as VerbCall)).text();
}

test('an archive is listed with what it holds, how it is kept, and what moved while it was made', async () => {
  const row = { name: 'a', path: '/archives/a.gka', manifest, verifiedAtMs: now - 60_000 };
  const [, titles = '', cells = ''] = await listed([row]);
  expect(titles.split(/ {2,}/)).toEqual([
    ...[
      'NAME',
      'AGE',
      'GAMES',
      'SIZE',
      'RATIO',
      'HOLDS',
      'CODEC',
      'ENCRYPTED',
      'VERIFIED',
      'CONSISTENCY',
      'SOURCE',
    ],
  ]);
  expect(cells.split(/ {2,}/)).toEqual([
    ...['a', '2 h', '1,200', '1 KiB', '4.0:1', 'selection', 'zstd', 'age', '60 s'],
    ...['fuzzy, 3 changed, 2 vanished, 1 LACKING', 'redis://one'],
  ]);
});

test('an archive whose last validation failed is told from one that nobody looked at', async () => {
  const row = { name: 'a', path: '/archives/a.gka', manifest, verifiedAtMs: undefined };
  const [, , failed, never] = await listed([{ ...row, failedAtMs: now - 60_000 }, row]);
  expect([failed, never].map((cells) => cells?.split(/ {2,}/)[8])).toEqual(['FAILED', 'never']);
});

test('which games an archive holds cannot be taken for how it ended', async () => {
  const row = { path: '/archives/a.gka', verifiedAtMs: undefined };
  const of = (includeCompleted: boolean) => ({ ...manifest, filter: { includeCompleted } });
  const [, , most, all] = await listed([
    { ...row, name: 'a', manifest: of(false) },
    { ...row, name: 'b', manifest: of(true) },
  ]);
  expect([most, all].map((cells) => cells?.split(/ {2,}/)[5])).toEqual(['all but finished', 'everything']);
});

test('what a wrong clock has dated ahead is not young', async () => {
  const ahead = { ...manifest, startedAtMs: now + 3 * 86_400_000 };
  const row = { name: 'a', path: '/archives/a.gka', manifest: ahead, verifiedAtMs: now + 3 * 86_400_000 };
  const cells = (await listed([row]))[2]?.split(/ {2,}/);
  expect([cells?.[1], cells?.[8]]).toEqual(['in 3 d', 'in 3 d']);
});

test('an archive that cannot be read is listed all the same, with the reason', async () => {
  const fault = new Fault('integrity', 'It has 3 bytes, its manifest says 4');
  const row = { name: 'b', path: '/archives/b.gka', manifest: fault, verifiedAtMs: undefined };
  expect((await listed([row]))[2]).toMatch(/^b .* never .* unreadable: It has 3 bytes, its manifest says 4$/);
});
