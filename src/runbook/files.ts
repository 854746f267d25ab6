import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';
import { maxRunbookBytes, type Parsed, parseRunbook, tooLarge } from './parse.ts';

const isRunbookName = (name: string) => /\.ya?ml$/.test(name) && !name.startsWith('.');

/** Paths of the runbooks in a folder, sorted; a file is itself. @throws Fault `not-found` or `io-failed` */
export async function runbookFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path);
    return names
      .filter(isRunbookName)
      .sort()
      .map((name) => join(path, name));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Fault('not-found', `There is no file or folder ${path}`, {
        next: 'Check the path',
        cause: thrown,
      });
    }
    throw asFault(thrown, 'io-failed');
  }
}

/** Reads one file; one that cannot be read is broken, not an error, so that it does not hide the others. */
export async function readRunbook(path: string): Promise<Parsed> {
  let text: string;
  try {
    const found = await stat(path);
    if (!found.isFile()) return unreadable(path, 'it is not a file');
    if (found.size > maxRunbookBytes) return tooLarge(path);
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    return unreadable(path, asFault(thrown).message);
  }
  return parseRunbook(text, path);
}

function unreadable(file: string, message: string): Parsed {
  const next = 'Make it a readable file';
  return { kind: 'broken', problems: [{ file, line: 1, column: 1, rule: 'unreadable', message, next }] };
}
