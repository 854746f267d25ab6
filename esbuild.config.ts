// Bundles for start-up: importing React, Ink and the clients unbundled costs half a second over SSH.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const outdir = 'dist';
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    'embedded-worker': 'src/backend/embedded/worker.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  jsx: 'automatic',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Development React costs twice the idle CPU.
  define: { 'process.env.NODE_ENV': '"production"' },
  // Ink imports its devtools bridge only under DEV; the package itself is not shipped.
  alias: { 'react-devtools-core': './views/no-devtools.ts' },
  // CommonJS dependencies call require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
