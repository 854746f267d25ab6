// Bundles for start-up: importing React, Ink and the clients unbundled costs half a second over SSH.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const outdir = 'dist';
const { metafile } = await build({
  metafile: true,
  entryPoints: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    settings: 'src/settings.ts',
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

// A console that is open still loads chunks of its own build: what is old goes, what may be in use stays.
const keptMs = 86_400_000;
const current = new Set([...Object.keys(metafile.outputs), join(outdir, 'types')]);
for (const name of await readdir(outdir)) {
  const path = join(outdir, name);
  if (!current.has(path) && Date.now() - (await stat(path)).mtimeMs > keptMs)
    await rm(path, { recursive: true });
}
