import type { SnapshotTrigger } from '../../game/record.ts';
import { isDue } from './due.ts';
import type { Moment, Strategy } from './strategy.ts';

/**
 * Every transition writes its event; snapshots keep replays short. One is due where players would hurt most from a
 * loss (a round is scored, the game is over), when the game failed, after a gap in persistence, and when the last one
 * is old.
 */
export function hybrid({ snapshotIntervalMs }: { readonly snapshotIntervalMs: number }): Strategy {
  return {
    writes: 'event',
    writesNow: () => true,
    snapshotAfter({ atMs, from, to, failed, caughtUp, snapshotAtMs }: Moment): SnapshotTrigger | undefined {
      if (failed) return 'error';
      if (caughtUp) return 'gap';
      if (from !== to && (to === 'SCORING' || to === 'GAME_OVER')) return 'phase';
      return isDue(snapshotAtMs, snapshotIntervalMs, atMs) ? 'interval' : undefined;
    },
    snapshotOnShutdown: ({ revision, snapshotRevision }) => revision > snapshotRevision,
  };
}
