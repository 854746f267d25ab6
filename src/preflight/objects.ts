import type { Check } from './preflight.ts';

/** Archives in object storage. */
export interface ArchiveObjects {
  readonly location: string;
  list(signal: AbortSignal): Promise<{ readonly archives: readonly unknown[] }>;
}

/** Only reading is tried: nobody's bucket gets an object for being looked at. */
export async function lookAtObjects(
  { location, list }: ArchiveObjects,
  signal: AbortSignal,
): Promise<Check[]> {
  const { archives } = await list(signal);
  const count = archives.length === 1 ? '1 archive' : `${archives.length} archives`;
  const found = `may be read, ${count}; that it may be written shows in the first backup`;
  return [{ subject: location, name: 'archives', kind: 'ok', found }];
}
