/** Tests of the bundled program, in worlds of their own. */
import { test as base } from 'vitest';
import type { Terminal } from './terminal.ts';
import { createWorld, type Size, type TestWorld } from './world.ts';

export const small: Size = { columns: 80, rows: 24 };
export const large: Size = { columns: 200, rows: 60 };
/** A small SSH window and a large screen: what holds on both holds. */
export const sizes: readonly Size[] = [small, large];

export const nameOf = ({ columns, rows }: Size): string => `${columns}x${rows}`;

export const test = base.extend<{ endings: Promise<void>[]; world: TestWorld }>({
  /** A world ends while the next test runs: its sandbox waits two seconds for another console. */
  endings: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from this pattern
    async ({}, use) => {
      const endings: Promise<void>[] = [];
      await use(endings);
      await Promise.all(endings);
    },
    { scope: 'file' },
  ],
  world: async ({ endings }, use) => {
    const world = await createWorld();
    try {
      await use(world);
    } finally {
      endings.push(world.close());
    }
  },
});

interface SharedSandbox {
  /** Runs through all tests of the file; for tests that leave it as it was. */
  readonly sandbox: TestWorld;
  /** A console on it; it ends with the test. */
  readonly openConsole: (size: Size, args?: readonly string[]) => Promise<Terminal>;
}

export const testOnSandbox = base.extend<SharedSandbox>({
  sandbox: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const world = await createWorld();
      try {
        await holdSandbox(world);
        await use(world);
      } finally {
        await world.close();
      }
    },
    { scope: 'file' },
  ],
  openConsole: async ({ sandbox }, use) => {
    const opened: Terminal[] = [];
    await use(async (size, args) => {
      const console = sandbox.open(size, args);
      opened.push(console);
      await awaitPaint(console);
      return console;
    });
    await Promise.all(opened.map((console) => console.close()));
  },
});

/** Keeps the sandbox between the verbs of a test, as a colleague's console does. */
export async function holdSandbox(world: TestWorld): Promise<Terminal> {
  const holder = world.open(small, ['sandbox', '--hold']);
  await holder.waitFor('until you press Ctrl-C');
  return holder;
}

const startsWithinMs = 40_000;

const awaitPaint = (console: Terminal): Promise<void> =>
  console.waitFor(
    (lines) =>
      lines.some((line) => line.includes('SIMULATED')) && /\? (help|all keys)/.test(lines.at(-1) ?? ''),
    {
      timeoutMs: startsWithinMs,
    },
  );

/** A verdict on the first line. The sandbox takes some seconds to have one, and a busy machine makes it slow. */
export const awaitVerdict = (console: Terminal): Promise<void> =>
  console.waitFor(([first = '']) => / (HEALTHY|DEGRADED) /.test(first), { timeoutMs: startsWithinMs });

export async function openConsole(world: TestWorld, size: Size, args?: readonly string[]): Promise<Terminal> {
  const console = world.open(size, args);
  await awaitVerdict(console);
  return console;
}
