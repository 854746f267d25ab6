import { basename, dirname, join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { isS3Url } from '../base/s3-url.ts';

export const archiveSuffix = '.gka';
export const manifestSuffix = '.manifest.json';
const verifiedSuffix = '.verified.json';

/** Where a file is written before it gets its name; it is no archive. @param random 8 hex digits, for this writer alone */
export const partPath = (path: string, random: string) => `${path}.${random}.part`;
/** A file name that `partPath` made. */
export const isPart = (entry: string) => partPattern.test(entry);

/** The archive that was to become of this part; undefined for a part of something else. */
export const archiveOfPart = (entry: string): string | undefined =>
  /^(.+)\.gka\.[0-9a-f]{8}\.part$/.exec(isPart(entry) ? entry : '')?.[1];

const partPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*\.(gka|manifest\.json|verified\.json)\.[0-9a-f]{8}\.part$/;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Where one archive and the files beside it are. */
export interface ArchiveRef {
  readonly name: string;
  readonly path: string;
  readonly manifestPath: string;
  readonly verifiedPath: string;
}

/** @throws Fault `wrong-use` for anything that could leave the folder or confuse a terminal */
export function parseArchiveName(text: string): string {
  if (namePattern.test(text) && !text.endsWith(archiveSuffix)) return text;
  throw new Fault('wrong-use', `"${text}" cannot name an archive`, {
    next: 'Use letters, digits, dots, dashes and underscores, 128 at most, beginning with a letter or digit',
  });
}

/** `production-20261123T125400Z` */
export function defaultArchiveName(environment: string, atMs: number): string {
  const stamp = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const prefix = environment
    .replace(/[^A-Za-z0-9_-]/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 64);
  return `${prefix || 'backup'}-${stamp}`;
}

export function archiveRef(folder: string, name: string): ArchiveRef {
  return refOfPath(within(folder, name + archiveSuffix));
}

export function refOfPath(path: string): ArchiveRef {
  const name = basename(path, archiveSuffix);
  const beside = within(dirname(path), name);
  return { name, path, manifestPath: beside + manifestSuffix, verifiedPath: beside + verifiedSuffix };
}

/** An entry of a folder, or of an address like `s3://bucket/prefix`, whose slashes `join` would merge. */
export function within(location: string, entry: string): string {
  return isS3Url(location) ? `${location.replace(/\/+$/, '')}/${entry}` : join(location, entry);
}
