import { Fault } from '../base/fault.ts';
import type { ArchiveRow } from './archive-list.ts';
import type { ArchiveStore } from './archive-store.ts';

/** Newest first; none where there is no folder yet, which the first archive makes. */
export async function archivesIn(store: ArchiveStore, signal?: AbortSignal): Promise<readonly ArchiveRow[]> {
  try {
    return (await store.list(signal)).archives;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'not-found') return [];
    throw thrown;
  }
}
