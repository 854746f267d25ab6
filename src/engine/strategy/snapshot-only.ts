import { isDue } from './due.ts';
import type { Strategy } from './strategy.ts';

/**
 * Each write is the whole state, and there are few: when the phase changes, when the game failed, after a gap in
 * persistence, and when the oldest transition that is only in memory is old. A killed server loses those in between.
 */
export function snapshotOnly({ persistIntervalMs }: { readonly persistIntervalMs: number }): Strategy {
  return {
    writes: 'snapshot',
    writesNow({ atMs, from, to, failed, behind, sinceMs }) {
      const isGap = behind !== undefined && behind !== 'deferred';
      return failed || isGap || from !== to || isDue(sinceMs, persistIntervalMs, atMs);
    },
    snapshotAfter: () => undefined,
    // What is deferred is written at shutdown in any case.
    snapshotOnShutdown: () => false,
  };
}
