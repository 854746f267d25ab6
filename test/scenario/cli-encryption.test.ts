/** Encrypted archives by the program as it is shipped, with age itself on the other side. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { documentOf } from '../setup/document.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, emptyRedis, playGames } from '../setup/redis-games.ts';
import { large, test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

beforeEach(() => emptyRedis(redis.url));

const onRedis = () => ({ REDIS_URL: redis.url, ENVIRONMENT: 'staging' });

const verb = (world: TestWorld, args: readonly string[], env: Record<string, string> = {}) =>
  world.run([...args, '--json'], { env: { ...onRedis(), ...env } });

/** What is in the header of a plain archive. */
const plainMagic = 'GKA';

test('an archive for a public key is opened by age, and by nobody without the identity', async ({
  world,
}) => {
  const identityFile = join(world.folder, 'key');
  execFileSync('age-keygen', ['-o', identityFile], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', identityFile], { encoding: 'utf8' }).trim();
  await playGames(redis.url, ['lost']);
  const played = await contentOf(redis.url);
  const created = documentOf(
    await verb(world, ['backup', 'create', '--name', 'a', '--encrypt-to', recipient]),
  );
  expect(created).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
  const path = join(world.backups, 'a.gka');
  expect(execFileSync('age', ['-d', '-i', identityFile, path]).subarray(0, 3).toString()).toBe(plainMagic);

  await emptyRedis(redis.url);
  const restore = ['backup', 'restore', 'a', '--confirm', 'staging'];
  for (const args of [['backup', 'validate', 'a'], restore]) {
    expect(documentOf(await verb(world, args))).toMatchObject({ exit: 6, fault: { code: 'cannot-decrypt' } });
  }
  expect(await contentOf(redis.url)).toEqual({});
  const key = { STATE_BACKUP_IDENTITY_FILE: identityFile };
  expect(documentOf(await verb(world, restore, key)).exit).toBe(0);
  expect(await contentOf(redis.url)).toEqual(played);
});

test('a passphrase is asked for twice and never shown, and age opens with it what was made', async ({
  world,
}) => {
  await playGames(redis.url, ['a-game']);
  const making = world.open(large, ['backup', 'create', '--name', 'a', '--passphrase'], onRedis());
  await making.waitFor('Passphrase for the archive:');
  making.type('correct horse');
  making.press('enter');
  await making.waitFor('The same once more:');
  making.type('correct horse');
  making.press('enter');
  expect(await making.exited).toMatchObject({ code: 0 });
  expect(making.screen().join('\n')).not.toContain('correct');

  const opening = world.openShell(large, 'age -d backups/a.gka | head -c 3; echo " is what it begins with"');
  await opening.waitFor('Enter passphrase');
  opening.type('correct horse');
  opening.press('enter');
  await opening.waitFor(`${plainMagic} is what it begins with`);
});
