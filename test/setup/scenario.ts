/** Tests of the bundled program, each in a world of its own. */
import { test as base } from 'vitest';
import { createWorld, type Size, type TestWorld } from './world.ts';

/** A small SSH window and a large screen: what holds on both holds. */
export const sizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 },
];

export const test = base.extend<{ world: TestWorld }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from this pattern
  world: async ({}, use) => {
    const world = await createWorld();
    try {
      await use(world);
    } finally {
      await world.close();
    }
  },
});
