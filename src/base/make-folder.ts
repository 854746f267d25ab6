import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * With the folders above it. Node's own way of that never ends where a file system has no room for folders and says that
 * there is no such one, as /proc does.
 *
 * @param mode less the umask, of each folder that is made
 */
export function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (thrown) {
    // Somebody else may have been faster.
    if (!existsSync(path)) throw thrown;
  }
}
