/** What a verb that changes the target accepts as a confirmation, and what it refuses. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { documentOf } from '../setup/document.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, emptyRedis, playGames } from '../setup/redis-games.ts';
import { test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

beforeEach(() => emptyRedis(redis.url));

const verb = (world: TestWorld, ...args: readonly string[]) =>
  world.run([...args, '--json'], { env: { REDIS_URL: redis.url, ENVIRONMENT: 'staging' } });

/** An archive of one game that the backend no longer holds. */
async function archiveOfLostGame(world: TestWorld): Promise<void> {
  await playGames(redis.url, ['lost']);
  documentOf(await verb(world, 'backup', 'create', '--name', 'before'));
  await emptyRedis(redis.url);
}

const restore = ['backup', 'restore', 'before'] as const;

async function plan(world: TestWorld): Promise<string> {
  await archiveOfLostGame(world);
  return documentOf(await verb(world, ...restore, '--dry-run')).result.plan.id;
}

const nothing = async () => expect(await contentOf(redis.url)).toEqual({});

describe('a change of the target', () => {
  test('without a confirmation and without a terminal is refused with 4', async ({ world }) => {
    await archiveOfLostGame(world);
    expect(documentOf(await verb(world, ...restore))).toMatchObject({
      exit: 4,
      fault: { code: 'unconfirmed' },
    });
    await nothing();
  });

  for (const wrong of ['production', 'Staging', 'yes', '', 'staging ']) {
    test(`confirmed as "${wrong}" instead of staging is refused with 4`, async ({ world }) => {
      await archiveOfLostGame(world);
      const refused = documentOf(await verb(world, ...restore, '--confirm', wrong));
      expect(refused).toMatchObject({ exit: 4, fault: { code: 'unconfirmed' } });
      await nothing();
    });
  }

  test('on a dry run writes nothing but the plan, and shows every change', async ({ world }) => {
    await archiveOfLostGame(world);
    const { result } = documentOf(await verb(world, ...restore, '--dry-run'));
    expect(result.plan.changes).toMatchObject([
      { effect: 'create', target: expect.stringContaining('lost') },
    ]);
    await nothing();
  });

  test('by a saved plan does exactly what the plan showed', async ({ world }) => {
    const id = await plan(world);
    const { result } = documentOf(
      await verb(world, 'backup', 'restore', '--plan', id, '--confirm', 'staging'),
    );
    expect(result.report).toMatchObject({ planId: id, outcome: 'done' });
    expect(Object.keys(await contentOf(redis.url))).toEqual([expect.stringContaining('lost')]);
  });

  test('by a plan that was used once is refused with 4', async ({ world }) => {
    const id = await plan(world);
    const apply = ['backup', 'restore', '--plan', id, '--confirm', 'staging'];
    expect(documentOf(await verb(world, ...apply)).ok).toBe(true);
    await emptyRedis(redis.url);
    expect(documentOf(await verb(world, ...apply)).exit).toBe(4);
    await nothing();
  });

  test('by a plan whose ground has moved is refused with 4', async ({ world }) => {
    const id = await plan(world);
    await playGames(redis.url, ['lost']);
    const before = await contentOf(redis.url);
    const refused = documentOf(await verb(world, 'backup', 'restore', '--plan', id, '--confirm', 'staging'));
    expect(refused).toMatchObject({ exit: 4, fault: { code: 'stale' } });
    expect(await contentOf(redis.url)).toEqual(before);
  });

  test('by a plan file that somebody edited is refused', async ({ world }) => {
    const id = await plan(world);
    const path = await planFile(world, id);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('"create"', '"skip"'));
    const refused = documentOf(await verb(world, 'backup', 'restore', '--plan', id, '--confirm', 'staging'));
    expect([4, 6]).toContain(refused.exit);
    await nothing();
  });

  test('by a plan of another verb is refused', async ({ world }) => {
    const id = await plan(world);
    expect(documentOf(await verb(world, 'rollback', 'run', '--plan', id, '--confirm', 'staging')).ok).toBe(
      false,
    );
    await nothing();
  });

  test('by a plan that nobody knows exits 5', async ({ world }) => {
    expect(
      documentOf(await verb(world, 'backup', 'restore', '--plan', 'nope', '--confirm', 'staging')).exit,
    ).toBe(5);
  });

  test('by an empty plan, as of an unset variable, is not taken for one without a plan', async ({
    world,
  }) => {
    await archiveOfLostGame(world);
    expect(documentOf(await verb(world, ...restore, '--plan', '', '--confirm', 'staging')).ok).toBe(false);
    await nothing();
  });

  test('in a read-only session is refused with 4 even when confirmed', async ({ world }) => {
    await archiveOfLostGame(world);
    const refused = documentOf(await verb(world, ...restore, '--read-only', '--confirm', 'staging'));
    expect(refused).toMatchObject({ exit: 4, fault: { code: 'read-only' } });
    await nothing();
  });

  test('leaves a chain in the audit log that verifies, and breaks when a line is edited', async ({
    world,
  }) => {
    const id = await plan(world);
    const { result } = documentOf(
      await verb(world, 'backup', 'restore', '--plan', id, '--confirm', 'staging'),
    );
    const shown = documentOf(await verb(world, 'audit', 'show'));
    expect(shown.result.head).toBe(result.report.auditHead);
    expect(documentOf(await verb(world, 'audit', 'verify', '--head', result.report.auditHead)).ok).toBe(true);
    await forgeAudit(world);
    expect(documentOf(await verb(world, 'audit', 'verify')).exit).toBe(6);
  });
});

async function filesIn(world: TestWorld): Promise<readonly string[]> {
  const entries = await readdir(world.state, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function planFile(world: TestWorld, id: string): Promise<string> {
  const found = (await filesIn(world)).find((path) => path.endsWith(`${id}.json`));
  if (!found) throw new Error(`No plan ${id} was saved`);
  return found;
}

async function forgeAudit(world: TestWorld): Promise<void> {
  const path = (await filesIn(world)).find((file) => /audit.*\.jsonl$/.test(file));
  if (!path) throw new Error('There is no audit log');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"simulated":false', '"simulated":true'));
}
