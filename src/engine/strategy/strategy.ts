import type { Phase } from '../../game/phases.ts';
import type { SnapshotTrigger } from '../../game/record.ts';

/** A transition that storage has just taken. */
export interface Moment {
  readonly atMs: number;
  readonly from: Phase | null;
  readonly to: Phase;
  /** It brought in what had been only in memory. */
  readonly caughtUp: boolean;
  /** Time of the newest snapshot; that of the first transition when there is none. */
  readonly snapshotAtMs: number;
}

/** Decides when full states are kept. Snapshots on errors are asked for by the game server, which knows of them. */
export interface Strategy {
  snapshotAfter(moment: Moment): SnapshotTrigger | undefined;
  snapshotOnShutdown(game: { readonly revision: number; readonly snapshotRevision: number }): boolean;
}
