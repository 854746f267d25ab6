import { defineConfig } from 'vitest/config';

const base = { environment: 'node', pool: 'forks' } as const;

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
          testTimeout: 30_000,
        },
      },
      // The bundled program in a pseudo terminal: one at a time, the machine has two cores.
      {
        test: {
          ...base,
          name: 'scenario',
          include: ['test/scenario/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 150_000,
        },
      },
    ],
  },
});
