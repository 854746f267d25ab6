import type { SnapshotTrigger } from '../../game/record.ts';
import type { Moment, Strategy } from './strategy.ts';

/**
 * Every transition writes its event; snapshots keep replays short. One is due where players would hurt most from a
 * loss (a round is scored, the game is over), after a gap in persistence, and when the last one is old.
 */
export function hybrid(snapshotIntervalMs: number): Strategy {
  return {
    snapshotAfter({ atMs, from, to, caughtUp, snapshotAtMs }: Moment): SnapshotTrigger | undefined {
      if (caughtUp) return 'gap';
      if (from !== to && (to === 'SCORING' || to === 'GAME_OVER')) return 'phase';
      return atMs - snapshotAtMs >= snapshotIntervalMs ? 'interval' : undefined;
    },
    snapshotOnShutdown: ({ revision, snapshotRevision }) => revision > snapshotRevision,
  };
}
