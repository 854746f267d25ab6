import { statfsSync } from 'node:fs';
import { formatBytes } from './units.ts';

const mebibyte = 2 ** 20;
const scarceBytes = 1024 * mebibyte;
const tooLittleBytes = 64 * mebibyte;

type FreeSpace =
  | { readonly kind: 'ok'; readonly found: string }
  | { readonly kind: 'warning' | 'problem'; readonly found: string; readonly next: string };

/** What is left on the disk of a folder, judged. @throws when the folder cannot be looked at */
export function freeSpace(folder: string): FreeSpace {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = bavail * bsize;
  if (bytes >= scarceBytes) return { kind: 'ok', found: `${formatBytes(bytes)} free` };
  return {
    kind: bytes < tooLittleBytes ? 'problem' : 'warning',
    found: `only ${formatBytes(bytes)} free`,
    next: 'Free space on this disk',
  };
}
