/**
 * ink-table is CommonJS and requires Ink, whose module graph waits at its top level and so cannot be required.
 * The bundle resolves that at build time. From source (tests), the Ink that is already loaded is put where
 * ink-table will look for it.
 */
import Module, { createRequire } from 'node:module';
import * as ink from 'ink';

const fromSource = import.meta.url.endsWith('.ts');
const table = fromSource ? requireTable() : (await import('ink-table')).default;

/** Draws rows of scalars; `cell`, `header` and `skeleton` decide how each piece looks. */
export const InkTable = table.default;

function requireTable(): typeof import('ink-table') {
  const fromHere = createRequire(import.meta.url);
  const fromTable = createRequire(fromHere.resolve('ink-table'));
  const id = fromTable.resolve('ink');
  fromTable.cache[id] ??= Object.assign(new Module(id), { filename: id, loaded: true, exports: { ...ink } });
  return fromHere('ink-table');
}
