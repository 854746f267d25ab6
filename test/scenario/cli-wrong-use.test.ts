/** What cannot be understood is said, with what to do next, and changes nothing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { documentOf } from '../setup/document.ts';
import { large, test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

interface Misuse {
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the message names. */
  readonly says: string;
}

const misuses: readonly Misuse[] = [
  { what: 'an unknown verb', args: ['nonsense'], says: 'nonsense' },
  { what: 'an unknown flag', args: ['status', '--nope'], says: '--nope' },
  { what: 'a console without a terminal', args: [], says: 'standard input is not a terminal' },
  { what: 'an unknown profile', args: ['status', '--profile', 'nope'], says: 'nope' },
  { what: 'a missing argument', args: ['backup', 'validate'], says: 'archive' },
  { what: 'an argument too many', args: ['backup', 'list', 'surplus'], says: 'arguments' },
  {
    what: 'an unknown policy',
    args: ['backup', 'restore', 'a', '--on-existing', 'nope'],
    says: 'overwrite',
  },
  { what: 'neither archive nor plan', args: ['backup', 'restore'], says: 'archive' },
  { what: 'a rollback without a reason', args: ['rollback', 'run'], says: 'reason' },
  { what: 'a limit that is no number', args: ['audit', 'show', '--limit', 'few'], says: 'few' },
  {
    what: 'an address of no Redis',
    args: ['status'],
    env: { REDIS_URL: 'ftp://x' },
    says: 'REDIS_URL',
  },
  {
    what: 'two backends without a choice',
    args: ['status'],
    env: { REDIS_URL: 'redis://127.0.0.1:1', DYNAMODB_STATE_TABLE: 't' },
    says: 'STATE_STORAGE_BACKEND',
  },
];

describe.concurrent('wrong use', () => {
  for (const { what, args, env = {}, says } of misuses) {
    test(`${what} is explained and exits 2`, async ({ world }) => {
      const { exit, stdout, stderr } = await world.run(args, { env });
      expect(exit).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(says);
      // The message, then what to do next.
      expect(stderr.trim().split('\n').length).toBeGreaterThan(1);
      expect(await world.processes(), 'no sandbox was started for it').toEqual([]);
    });

    test(`${what} is a document with --json`, async ({ world }) => {
      const document = documentOf(await world.run([...args, '--json'], { env }));
      expect(document).toMatchObject({ ok: false, exit: 2, fault: { next: expect.any(String) } });
    });
  }
});

async function writeProfile(world: TestWorld, text: string): Promise<void> {
  const folder = join(world.env.XDG_CONFIG_HOME ?? '', 'gamekeeper', 'profiles');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'mine.yaml'), text);
}

describe.concurrent('a profile that cannot be used', () => {
  const broken: readonly { what: string; text: string; says: string }[] = [
    { what: 'that is no YAML', text: 'REDIS_URL: "redis://', says: 'YAML' },
    { what: 'that is a list', text: '- REDIS_URL', says: 'NAME: value' },
    { what: 'with an unknown name', text: 'REDIS_ULR: redis://x', says: 'REDIS_ULR' },
    { what: 'with an unusable value', text: 'STATE_OP_TIMEOUT: soon', says: 'STATE_OP_TIMEOUT' },
  ];
  for (const { what, text, says } of broken) {
    test(`${what} exits 2 and is named`, async ({ world }) => {
      await writeProfile(world, text);
      const document = documentOf(await world.run(['status', '--profile', 'mine', '--json']));
      expect(document.exit).toBe(2);
      expect(JSON.stringify(document.fault)).toContain(says);
    });
  }
});

describe.concurrent('a profile that is a folder', () => {
  test('exits 2 and says that it cannot be read', async ({ world }) => {
    await mkdir(join(world.env.XDG_CONFIG_HOME ?? '', 'gamekeeper', 'profiles', 'mine.yaml'), {
      recursive: true,
    });
    const document = documentOf(await world.run(['status', '--profile', 'mine', '--json']));
    expect(document).toMatchObject({
      exit: 2,
      fault: { message: expect.stringMatching(/mine\.yaml cannot be read$/) },
    });
  });
});

test('a disk without room for the result is named, without a trace of our own', async ({ world }) => {
  const terminal = world.openShell(large, 'gamekeeper config presets --json > /dev/full; echo "exit=$?"');
  await terminal.waitFor('exit=1');
  await terminal.waitFor('gamekeeper: The result could not be written: ENOSPC');
  expect(terminal.screen().join()).not.toContain('node:');
});

describe.concurrent('help', () => {
  test('lists every group of verbs and exits 0', async ({ world }) => {
    const { exit, stdout, stderr } = await world.run(['--help']);
    expect(exit).toBe(0);
    for (const group of ['status', 'backup', 'rollback', 'runbook', 'audit', 'sandbox'])
      expect(stdout).toContain(group);
    expect(stderr).toBe('');
  });

  test('of a verb that changes the target names its three ways', async ({ world }) => {
    const { stdout } = await world.run(['rollback', 'run', '--help']);
    for (const option of ['--dry-run', '--plan', '--confirm']) expect(stdout).toContain(option);
  });

  test('the version is one line', async ({ world }) => {
    expect((await world.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
