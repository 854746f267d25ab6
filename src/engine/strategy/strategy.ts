import type { Phase } from '../../game/phases.ts';
import type { SnapshotTrigger } from '../../game/record.ts';
import type { WhyUnpersisted } from '../memory.ts';

/** A transition that was just played in memory. */
export interface Step {
  readonly atMs: number;
  /** null for the one that creates the game. */
  readonly from: Phase | null;
  readonly to: Phase;
  /** The game's code failed in it. */
  readonly failed: boolean;
  /** Why those before it are only in memory, when they are. */
  readonly behind: WhyUnpersisted | undefined;
  /** Time of the oldest that is only in memory, this one included. */
  readonly sinceMs: number;
}

/** A write that storage has just taken. */
export interface Moment {
  readonly atMs: number;
  readonly from: Phase | null;
  readonly to: Phase;
  readonly failed: boolean;
  /** It brought in what had been only in memory. */
  readonly caughtUp: boolean;
  /** Time of the newest snapshot; that of the first transition when there is none. */
  readonly snapshotAtMs: number;
  /** Revisions after the newest snapshot. */
  readonly eventsSince: number;
}

/** Decides what of a game is written when. A strategy is a file and a row of `catalogue.ts`. */
export interface Strategy {
  /** What one write brings: what changed, or the whole state and no events. */
  readonly writes: 'event' | 'snapshot';
  /** Whether a transition is written at once, or may stay in memory until `persistIntervalMs` are over. */
  writesNow(step: Step): boolean;
  /** Whether a write is followed by a snapshot, and why. */
  snapshotAfter(moment: Moment): SnapshotTrigger | undefined;
  snapshotOnShutdown(game: { readonly revision: number; readonly snapshotRevision: number }): boolean;
}
