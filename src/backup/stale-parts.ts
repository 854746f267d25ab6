import { join } from 'node:path';
import { isPart } from './archive-names.ts';
import type { Files } from './files.ts';

/** A part that is being written changes all the time; its writer is gone long before this. */
export const staleMs = 24 * 60 * 60_000;

/** Removes what killed writers left. Never rejects: a part that stays takes space and does no harm. */
export async function removeStaleParts(files: Files, folder: string, nowMs: number): Promise<void> {
  try {
    const entries = (await files.list(folder)) ?? [];
    await Promise.all(
      entries.filter(isPart).map((entry) => removeIfStale(files, join(folder, entry), nowMs)),
    );
  } catch {
    // The folder cannot be listed, which the caller's own work will show.
  }
}

async function removeIfStale(files: Files, path: string, nowMs: number): Promise<void> {
  try {
    const found = await files.stat(path);
    if (found && nowMs - found.mtimeMs > staleMs) await files.remove(path);
  } catch {
    // Somebody else's to remove, or removed meanwhile.
  }
}
