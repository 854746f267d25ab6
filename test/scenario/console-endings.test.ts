/** However the console ends: the screen is given back, what it did is recorded, and nothing of it runs on. */
import { describe, expect } from 'vitest';
import { documentOf } from '../setup/document.ts';
import { processesLeft } from '../setup/processes.ts';
import { openConsole, small, test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';
import type { TestWorld } from '../setup/world.ts';

/** Two seconds of grace after the last console, and what a busy machine adds. */
const goneWithinMs = 6_000;

const nothingLeft = async (world: TestWorld) =>
  expect(await processesLeft(world.folder, goneWithinMs)).toEqual([]);

describe.concurrent('the console ends', () => {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    test(`with ${signal}: screen and cursor are restored, exit 130, no process is left`, async ({
      world,
    }) => {
      const console = await openConsole(world, small);
      console.kill(signal);
      expect(await console.exited).toEqual({ code: 130, signal: 0 });
      expect(console).toMatchObject({ altScreen: false, cursorVisible: true });
      await nothingLeft(world);
    });
  }

  test('with SIGKILL: the sandbox notices and ends too', async ({ world }) => {
    const console = await openConsole(world, small);
    console.kill('SIGKILL');
    expect(await console.exited).toMatchObject({ signal: 9 });
    await nothingLeft(world);
  });

  test('with a lost connection: no process is left', async ({ world }) => {
    const console = await openConsole(world, small);
    console.hangUp();
    await console.exited;
    await nothingLeft(world);
  });

  test('before its first paint: no process is left', async ({ world }) => {
    const console = world.open(small);
    console.kill('SIGTERM');
    await console.exited;
    await nothingLeft(world);
  });

  test('with q while another one is open: the other one goes on', async ({ world }) => {
    const first = await openConsole(world, small);
    const second = await openConsole(world, small);
    first.press('q');
    await first.exited;
    const clock = () => /\d\d:\d\d:\d\d/.exec(second.screen().join('\n'))?.[0];
    const since = clock();
    // Longer than the sandbox would wait for somebody.
    await second.watch(3_000);
    expect(clock()).not.toBe(since);
    await second.waitFor(([line = '']) => /HEALTHY|DEGRADED/.test(line));
  });
});

/** A rollback takes seconds: it watches whether writes stop. */
async function startRollback(world: TestWorld): Promise<Terminal> {
  const console = await openConsole(world, small);
  console.press('4');
  await console.waitFor('all: persistence 100 %');
  console.type('da drill\r');
  await console.waitFor('PREVIEW');
  console.press('a');
  await console.waitFor('CONFIRM');
  console.type('sandbox\r');
  await console.waitFor('RUNNING');
  await console.waitFor(/✓ done/);
  return console;
}

const lastOutcome = async (world: TestWorld) => {
  const { result } = documentOf(await world.run(['audit', 'show', '--json']));
  return result.entries.at(-1);
};

describe.concurrent('during an action', () => {
  test('Ctrl-C asks first, and Enter goes on with it', async ({ world }) => {
    const console = await startRollback(world);
    console.press('ctrl-c');
    await console.waitFor('is running. Interrupt it');
    console.press('enter');
    await console.waitFor('DONE: every step', { timeoutMs: 30_000 });
  });

  test('Ctrl-C and y interrupt it, and what it did is in the audit log', async ({ world }) => {
    const console = await startRollback(world);
    console.press('ctrl-c');
    await console.waitFor('is running. Interrupt it');
    console.press('y');
    await console.exited;
    expect(console).toMatchObject({ altScreen: false, cursorVisible: true });
    expect(await lastOutcome(world)).toMatchObject({ event: 'run-ended', action: 'rollback run' });
  });

  test('SIGTERM lets it record what it did before the console ends', async ({ world }) => {
    const console = await startRollback(world);
    console.kill('SIGTERM');
    expect(await console.exited).toMatchObject({ code: 130 });
    expect(await lastOutcome(world)).toMatchObject({ event: 'run-ended', action: 'rollback run' });
  });

  test('SIGKILL leaves a started run in the audit log, which still verifies', async ({ world }) => {
    const console = await startRollback(world);
    console.kill('SIGKILL');
    await console.exited;
    expect(await lastOutcome(world)).toMatchObject({ event: 'run-started', action: 'rollback run' });
    expect(documentOf(await world.run(['audit', 'verify', '--json'])).ok).toBe(true);
  });
});
