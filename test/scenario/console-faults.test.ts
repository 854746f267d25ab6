/** The platform breaks under the console: it says so, keeps what it knew as old, and lives on. */
import { describe, expect, vi } from 'vitest';
import { nameOf, openConsole, sizes, small, test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

const shows = (pattern: RegExp) => (lines: readonly string[]) => pattern.test(lines[0] ?? '');

/** A fault has to fail some operations first, and a verdict to be read. */
const noticed = { timeoutMs: 30_000 };
/** An open breaker tries again after 30 s, and the error ratio looks back a minute. */
const healed = { timeoutMs: 100_000 };

describe.concurrent('an outage of the storage', () => {
  for (const size of sizes) {
    test(`is DOWN with games at stake and a runbook at ${nameOf(size)}`, async ({ world }) => {
      const console = await openConsole(world, size);
      await world.run(['sandbox', '--fault', 'outage']);
      await console.waitFor(shows(/DOWN/), noticed);
      await console.waitFor(shows(/[1-9]\d* games?, .* lost if servers restarted now/), noticed);
      expect(console.screen()[1]).toContain('o opens runbook disable-persistence');
      console.press('o');
      await console.waitFor('How many storage operations fail?');
    });
  }

  test('that ends leaves no game unpersisted, and the verdict is healthy again', async ({ world }) => {
    const console = await openConsole(world, small);
    await world.run(['sandbox', '--fault', 'outage']);
    await console.waitFor(shows(/DOWN/), noticed);
    await world.run(['sandbox', '--fault', 'none']);
    await console.waitFor(shows(/0 games unpersisted/), healed);
    await console.waitFor(shows(/HEALTHY/), healed);
  });

  test('is not made worse by slow storage: the console still answers keys', async ({ world }) => {
    const console = await openConsole(world, small);
    await world.run(['sandbox', '--fault', 'slow-storage']);
    await console.waitFor(shows(/DEGRADED|DOWN/), noticed);
    console.press('2');
    await console.waitFor('RUNBOOKS', { timeoutMs: 1_000 });
  });
});

describe.concurrent('the sandbox that dies with kill -9', () => {
  test('is started again under the open console, which shows it live, with the games that it had', async ({
    world,
  }) => {
    const console = await openConsole(world, small);
    await console.waitFor(/Transitions +\d.*\/s/);
    const before = await sandboxOf(world);
    process.kill(before, 'SIGKILL');
    const isAnother = async () => {
      const now = await sandboxOf(world);
      expect(now).toBeGreaterThan(0);
      expect(now).not.toBe(before);
    };
    await vi.waitFor(isAnother, { timeout: noticed.timeoutMs, interval: 100 });
    // Figures of a second ago are of the new servers: the old ones have been gone for longer.
    const isLive = (lines: readonly string[]) =>
      lines.some((line) => /Transitions +\d.*\/s .* (<1|1) s *$/.test(line));
    await console.waitFor(isLive, healed);
    await console.waitFor(shows(/HEALTHY|DEGRADED/), noticed);
    console.press('4');
    await console.waitFor('all: persistence 100 %');
    console.press('q');
    expect(await console.exited).toEqual({ code: 0, signal: 0 });
  });
});

/** Its process; 0 when there is none. */
async function sandboxOf(world: TestWorld): Promise<number> {
  const found = await world.processes();
  return found.find(({ command }) => command.includes('sandbox-serve'))?.pid ?? 0;
}
