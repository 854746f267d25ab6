import { defineConfig } from 'vitest/config';

// Generous: on a busy machine a property with a hundred cases takes its time.
const base = { environment: 'node', pool: 'forks', testTimeout: 30_000, hookTimeout: 30_000 } as const;

export default defineConfig({
  test: {
    globalSetup: './test/setup/real-servers.ts',
    projects: [
      { test: { ...base, name: 'unit', include: ['test/{src,views}/**/*.test.{ts,tsx}'] } },
      // One suite over every backend, on real servers of its own.
      {
        test: {
          ...base,
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
        },
      },
      // The bundled program in a pseudo terminal. These tests wait more than they work, so two files at a time fit
      // a machine of two cores; more would slow the simulated platform. Alone, after the others.
      {
        test: {
          ...base,
          name: 'scenario',
          include: ['test/scenario/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 150_000,
        },
      },
    ],
  },
});
