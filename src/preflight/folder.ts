import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from '../backend/port.ts';
import { formatBytes } from '../base/units.ts';
import type { Check } from './preflight.ts';

export interface NamedFolder {
  /** Like `backup location`. */
  readonly name: string;
  readonly path: string;
  /** Made when it is first needed, so that it may be missing. */
  readonly isMade: boolean;
}

const mebibyte = 2 ** 20;
const scarceBytes = 1024 * mebibyte;
const tooLittleBytes = 64 * mebibyte;

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
  const { bavail, bsize } = await statfs(existing);
  const freeBytes = bavail * bsize;
  const free = `${formatBytes(freeBytes)} free`;
  const made = existing === path ? '' : ', made when it is needed';
  if (freeBytes < tooLittleBytes) return [say('problem', `only ${free}`, 'Free space on this disk')];
  if (freeBytes < scarceBytes) return [say('warning', `only ${free}`, 'Free space on this disk')];
  return [say('ok', `writable, ${free}${made}`)];
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
