import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from '../backend/port.ts';
import { freeSpace } from '../base/free-space.ts';
import type { Check } from './preflight.ts';

export interface NamedFolder {
  /** Like `backup location`. */
  readonly name: string;
  readonly path: string;
  /** Made when it is first needed, so that it may be missing. */
  readonly isMade: boolean;
}

export async function lookAtFolder({ name, path, isMade }: NamedFolder): Promise<Check[]> {
  const existing = await nearestExisting(path);
  const say = (kind: Finding['kind'], found: string, next?: string): Check => ({
    subject: path,
    name,
    kind,
    found,
    ...(next === undefined ? {} : { next }),
  });
  if (existing !== path && !isMade)
    return [say('problem', 'does not exist', `Create ${path}, or correct the variable`)];
  if (!(await stat(existing)).isDirectory())
    return [
      say('problem', `${existing === path ? 'is' : 'lies under'} a file, not a folder`, 'Name a folder'),
    ];
  const mayUse = await access(existing, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!mayUse)
    return [
      say('problem', 'may not be written by this user', `Check the owner and the permissions of ${existing}`),
    ];
  const free = freeSpace(existing);
  if (free.kind !== 'ok') return [say(free.kind, free.found, free.next)];
  return [say('ok', `writable, ${free.found}${existing === path ? '' : ', made when it is needed'}`)];
}

/** The folder, or the closest one above it. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!missing || dirname(path) === path) throw cause;
    return nearestExisting(dirname(path));
  }
}
