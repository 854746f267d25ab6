/** The verbs on the sandbox, which starts with the first of them and ends after the last. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { flagNames } from '../../src/platform/flags.ts';
import { verbs } from '../../src/verbs.ts';
import { documentOf } from '../setup/document.ts';
import { processesLeft } from '../setup/processes.ts';
import { holdSandbox, test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

const json = async (world: TestWorld, ...args: readonly string[]) =>
  documentOf(await world.run([...args, '--json']));

describe.concurrent('every verb', () => {
  const shown = verbs.filter(({ hidden, name }) => !hidden && name !== 'console');

  test('prints one document with --json, named after it, whatever becomes of it', async ({ world }) => {
    await holdSandbox(world);
    for (const verb of shown) {
      const required = (verb.arguments ?? []).filter(({ form }) => form.startsWith('<'));
      const document = await json(world, ...verb.name.split(' '), ...required.map(() => 'nowhere'));
      expect(document.schema).toBe(`gamekeeper/${verb.name.replaceAll(' ', '-')}/1`);
      expect(document).toMatchObject({ simulated: true, environment: 'sandbox' });
      expect('fault' in document || document.result !== undefined).toBe(true);
    }
  });
});

describe.concurrent('the sandbox', () => {
  test('starts with the first verb and is gone soon after it', async ({ world }) => {
    expect(await json(world, 'status')).toMatchObject({ simulated: true });
    expect(await world.processes()).not.toEqual([]);
    expect(await processesLeft(world.folder, 5_000)).toEqual([]);
  });

  test('is held without a terminal too, until it is told to end', async ({ world }) => {
    const line = 'set -m; gamekeeper sandbox --hold & sleep 5; kill -- -$! && echo "it was there"; wait';
    expect((await world.shell(line)).stdout).toContain('it was there');
  });

  test('keeps its games from one start to the next', async ({ world }) => {
    await json(world, 'backup', 'create', '--name', 'first');
    expect(await processesLeft(world.folder, 5_000)).toEqual([]);
    const { result } = await json(world, 'backup', 'restore', 'first', '--on-existing', 'skip', '--dry-run');
    const effects = new Set(result.plan.changes.map(({ effect }: { effect: string }) => effect));
    expect(effects.has('skip') || effects.has('unchanged')).toBe(true);
  });

  test('is announced as simulated to people too', async ({ world }) => {
    const { stderr } = await world.run(['status']);
    expect(stderr).toContain('SIMULATED');
  });

  test('shows an outage as down, with games at stake and a runbook', async ({ world }) => {
    await holdSandbox(world);
    const verdict = async () => (await json(world, 'status')).result;
    await json(world, 'sandbox', '--fault', 'outage');
    const broken = await until(verdict, ({ verdict }) => verdict === 'down');
    expect(broken.unpersisted.games).toBeGreaterThan(0);
    expect(broken.runbook).toBe('disable-persistence');
  });
});

describe.concurrent('a rollback', () => {
  test('turns every flag off on every server, proves it, and says so afterwards', async ({ world }) => {
    await holdSandbox(world);
    expect((await json(world, 'rollback', 'status')).result.verdict).toBe('on');
    const run = await json(world, 'rollback', 'run', '--reason', 'drill', '--confirm', 'sandbox');
    expect(run.result.report).toMatchObject({ outcome: 'done' });
    const { result } = await json(world, 'rollback', 'status');
    expect(result.verdict).toBe('off');
    for (const server of result.flags.servers) {
      for (const name of flagNames) expect(server.flags[name].enabled).toBe(false);
    }
  });

  test('shows on a dry run each flag of each server, and turns none off', async ({ world }) => {
    await holdSandbox(world);
    const before = (await json(world, 'rollback', 'status')).result.flags.servers;
    const { result } = await json(world, 'rollback', 'run', '--reason', 'drill', '--dry-run');
    expect(result.plan.changes).toHaveLength(before.length * flagNames.length);
    expect((await json(world, 'rollback', 'status')).result.flags.servers).toEqual(before);
  });
});

describe.concurrent('a runbook', () => {
  test('is walked from a file of answers to its outcome', async ({ world }) => {
    await holdSandbox(world);
    const path = join(world.folder, 'answers');
    await writeFile(path, '3\n');
    const walked = await json(world, 'runbook', 'walk', 'disable-persistence', '--answers', path);
    expect(walked).toMatchObject({
      ok: true,
      result: { runbook: 'disable-persistence', outcome: expect.any(String) },
    });
  });

  test('that nobody knows exits 5', async ({ world }) => {
    expect((await json(world, 'runbook', 'show', 'nope')).exit).toBe(5);
  });

  test('with a mistake exits lint with 1 and names file and line', async ({ world }) => {
    const path = join(world.folder, 'mine.yaml');
    await writeFile(path, 'apiVersion: runbook/v1\nid: mine\nnodes: 3\n');
    const { exit, stdout } = await world.run(['runbook', 'lint', path]);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/mine\.yaml:\d+/);
  });

  test('as shipped has no findings', async ({ world }) => {
    expect(await json(world, 'runbook', 'lint')).toMatchObject({ ok: true });
  });
});

describe.concurrent('output into a pipe', () => {
  test('that nobody reads is no error', async ({ world }) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
    const { stdout, stderr } = await world.shell('gamekeeper runbook list | true; echo "${PIPESTATUS[0]}"');
    expect(stdout).toBe('0\n');
    expect(stderr).not.toContain('EPIPE');
  });

  test('is whole: nothing is cut when the program ends', async ({ world }) => {
    const { stdout } = await world.shell(
      'gamekeeper backup create --name a >/dev/null && gamekeeper backup restore a --on-existing overwrite --dry-run --json | cat',
    );
    // After the lines that tell how far the plan has come.
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: true });
  });
});

/** Reads again until it holds; the platform needs some seconds to notice. */
async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const value = await read();
    if (holds(value)) return value;
  }
  return read();
}
