/** A real Redis with games of both layouts: looked at, archived, validated, restored. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { documentOf } from '../setup/document.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, emptyRedis, playGames, writeLegacyGames } from '../setup/redis-games.ts';
import { test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

const ours = ['alpha', 'bravo', 'charlie'];
const legacy = ['old-1', 'old-2'];
const games = ours.length + legacy.length;

let source: TestRedis;
let target: TestRedis;

beforeAll(async () => {
  [source, target] = await Promise.all([startRedis(), startRedis()]);
  await playGames(source.url, ours);
  await writeLegacyGames(source.url, legacy);
});

afterAll(async () => {
  await Promise.all([source, target].map((redis) => redis.stop()));
});

beforeEach(() => emptyRedis(target.url));

const verb = (world: TestWorld, redis: TestRedis, args: readonly string[]) =>
  world.run([...args, '--json'], { env: { REDIS_URL: redis.url } });

async function archive(world: TestWorld): Promise<string> {
  documentOf(await verb(world, source, ['backup', 'create', '--name', 'all']));
  return 'all';
}

describe('a real Redis', () => {
  test('is what status looks at, never the sandbox', async ({ world }) => {
    const document = documentOf(await verb(world, source, ['status']));
    expect(document).toMatchObject({ environment: 'production', simulated: false });
    expect(document.result.backend.location).toContain(String(source.port));
    expect(await world.processes()).toEqual([]);
  });

  test('without game servers is never called healthy', async ({ world }) => {
    expect(documentOf(await verb(world, source, ['status'])).result.verdict).not.toBe('healthy');
  });

  test('is archived whole: games of our engine and of the legacy layout', async ({ world }) => {
    const before = await contentOf(source.url);
    await archive(world);
    const { result } = documentOf(await verb(world, source, ['backup', 'list']));
    expect(result.archives).toHaveLength(1);
    expect(result.archives[0].manifest).toMatchObject({
      games,
      gamesByLayout: { current: ours.length, legacy: legacy.length },
      environment: 'production',
    });
    expect(await contentOf(source.url)).toEqual(before);
  });

  test('keeps the password out of archives, plans and messages', async ({ world }) => {
    const locked = await startRedis({ password: 'hunter2' });
    try {
      await playGames(locked.url, ['alpha']);
      const ran = await verb(world, locked, ['backup', 'create', '--name', 'all']);
      expect(documentOf(ran).ok).toBe(true);
      expect(ran.stdout + ran.stderr).not.toContain('hunter2');
      expect(await readFile(join(world.backups, 'all.manifest.json'), 'utf8')).not.toContain('hunter2');
    } finally {
      await locked.stop();
    }
  });

  test('gives the same bytes back to an empty server', async ({ world }) => {
    const name = await archive(world);
    const restored = documentOf(
      await verb(world, target, ['backup', 'restore', name, '--confirm', 'production']),
    );
    expect(restored.result.report.outcome).toBe('done');
    expect(await contentOf(target.url)).toEqual(await contentOf(source.url));
  });

  test('is left alone by a second restore, which says that nothing differs', async ({ world }) => {
    const name = await archive(world);
    documentOf(await verb(world, target, ['backup', 'restore', name, '--confirm', 'production']));
    const before = await contentOf(target.url);
    const again = documentOf(
      await verb(world, target, ['backup', 'restore', name, '--confirm', 'production']),
    );
    expect(again.ok).toBe(true);
    const effects = again.result.report.changes.map(({ effect }: { effect: string }) => effect);
    expect(new Set(effects)).toEqual(new Set(['unchanged']));
    expect(await contentOf(target.url)).toEqual(before);
  });

  test('takes only the games that are asked for', async ({ world }) => {
    const name = await archive(world);
    await verb(world, target, ['backup', 'restore', name, '--only', 'bravo', '--confirm', 'production']);
    expect(Object.keys(await contentOf(target.url))).toEqual([expect.stringContaining('bravo')]);
  });

  test('with a game that differs refuses by default, naming it, and writes nothing', async ({ world }) => {
    const name = await archive(world);
    await playGames(target.url, ['bravo']);
    const before = await contentOf(target.url);
    const ran = await verb(world, target, ['backup', 'restore', name, '--confirm', 'production']);
    expect(documentOf(ran)).toMatchObject({ ok: false, exit: 4 });
    expect(ran.stdout).toContain('bravo');
    expect(await contentOf(target.url)).toEqual(before);
  });

  test('with a game that differs keeps it in an archive of its own before overwriting it', async ({
    world,
  }) => {
    const name = await archive(world);
    await playGames(target.url, ['bravo']);
    const overwrite = ['backup', 'restore', name, '--on-existing', 'overwrite', '--confirm', 'production'];
    expect(documentOf(await verb(world, target, overwrite)).ok).toBe(true);
    expect(await contentOf(target.url)).toEqual(await contentOf(source.url));
    const { result } = documentOf(await verb(world, target, ['backup', 'list']));
    const purposes = result.archives.map(
      ({ manifest }: { manifest: { purpose?: string } }) => manifest.purpose,
    );
    expect(purposes).toContain('before-restore');
  });
});

describe('an archive', () => {
  test('is valid when it was just written', async ({ world }) => {
    const name = await archive(world);
    const { result } = documentOf(await verb(world, source, ['backup', 'validate', name]));
    expect(result).toMatchObject({ ok: true, games, problems: [] });
  });

  test('with one flipped byte is damaged: exit 6, and no restore starts', async ({ world }) => {
    const name = await archive(world);
    await flipByteInTheMiddle(await archiveFile(world));
    const validated = documentOf(await verb(world, source, ['backup', 'validate', name]));
    expect(validated).toMatchObject({ ok: false, exit: 6 });
    const restored = documentOf(
      await verb(world, target, ['backup', 'restore', name, '--confirm', 'production']),
    );
    expect(restored).toMatchObject({ ok: false, exit: 6 });
    expect(await contentOf(target.url)).toEqual({});
  });

  test('that was cut short is damaged: exit 6', async ({ world }) => {
    const name = await archive(world);
    const path = await archiveFile(world);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 40));
    expect(documentOf(await verb(world, source, ['backup', 'validate', name])).exit).toBe(6);
  });

  test('that is no archive at all is damaged: exit 6', async ({ world }) => {
    const path = join(world.backups, 'nonsense.gka');
    await writeFile(path, 'this is no archive');
    expect(documentOf(await verb(world, source, ['backup', 'validate', path])).exit).toBe(6);
  });

  test('that nobody knows exits 5', async ({ world }) => {
    for (const args of [
      ['backup', 'validate', 'nowhere'],
      ['backup', 'restore', 'nowhere', '--dry-run'],
    ]) {
      expect(documentOf(await verb(world, source, args)).exit).toBe(5);
    }
  });

  test('is not overwritten by one of the same name', async ({ world }) => {
    await archive(world);
    const before = await readFile(await archiveFile(world));
    const again = documentOf(await verb(world, source, ['backup', 'create', '--name', 'all']));
    expect(again.ok).toBe(false);
    expect(await readFile(await archiveFile(world))).toEqual(before);
  });
});

async function archiveFile(world: TestWorld): Promise<string> {
  const files = (await readdir(world.backups)).filter((file) => !file.endsWith('.json'));
  const [only] = files;
  if (files.length !== 1 || only === undefined)
    throw new Error(`Expected one archive, found ${files.join(', ')}`);
  return join(world.backups, only);
}

async function flipByteInTheMiddle(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0xff, middle);
  await writeFile(path, bytes);
}

describe('a Redis that cannot be used', () => {
  const unreachable = { REDIS_URL: 'redis://127.0.0.1:1/0', STATE_CONN_TIMEOUT: '1' };

  test('unreachable: a backup fails with 1 and leaves no archive', async ({ world }) => {
    const document = documentOf(await world.run(['backup', 'create', '--json'], { env: unreachable }));
    expect(document).toMatchObject({
      exit: 1,
      fault: { code: 'backend-unreachable', next: expect.any(String) },
    });
    expect(await readdir(world.backups)).toEqual([]);
  });

  test('unreachable: status says which source it could not read, and exits 3', async ({ world }) => {
    const document = documentOf(await world.run(['status', '--json'], { env: unreachable }));
    expect(document.exit).toBe(3);
    expect(document.result.unread.length).toBeGreaterThan(0);
    expect(document.result.verdict).not.toBe('healthy');
    expect(document.result.unpersisted).toBeUndefined();
  });

  test('unreachable: a person is told in one message what to do next', async ({ world }) => {
    const { stdout, stderr } = await world.run(['backup', 'create'], { env: unreachable });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^gamekeeper: .*127\.0\.0\.1:1/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a wrong password is told apart from a server that is away', async ({ world }) => {
    const locked = await startRedis({ password: 'right' });
    try {
      const env = { REDIS_URL: `redis://:wrong@127.0.0.1:${locked.port}/0` };
      const document = documentOf(await world.run(['backup', 'create', '--json'], { env }));
      expect(document).toMatchObject({ exit: 1, fault: { code: 'backend-denied' } });
      expect(JSON.stringify(document)).not.toContain('wrong');
    } finally {
      await locked.stop();
    }
  });
});
