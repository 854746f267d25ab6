/** Where the program itself is: run from its sources, or from the bundle. */
import { fileURLToPath } from 'node:url';

const fromSources = import.meta.url.endsWith('.ts');
/** Of the package. */
const root = new URL(fromSources ? '../../' : '../', import.meta.url);

export const ownProgram = (): string =>
  fileURLToPath(new URL(fromSources ? 'src/cli.ts' : 'dist/cli.js', root));

/** A folder of the package. */
export const besideProgram = (name: string): string => fileURLToPath(new URL(name, root));
