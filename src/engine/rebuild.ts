/** Puts an earlier or the newest state of a stored game together, for a person to look at. Pure. */
import type { StoredGame } from '../backend/port.ts';
import type { Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import { type Decoder, isLockedBetween, type Records, readRecords } from './history.ts';
import { type Aim, aimAt, type RecoveryMode } from './recovery-mode.ts';
import { replayTo } from './replay.ts';

export type { RecoveryMode } from './recovery-mode.ts';

/** `problems` names every damaged record of the game, needed or not, and what was left out. */
export type Rebuilt =
  /** Exactly the state that was asked for, its hash checked. */
  | ({ readonly kind: 'success' } & RebuiltState)
  /** An older state, or one of which it is not certain that it is the one that was asked for. */
  | ({ readonly kind: 'partial' } & RebuiltState)
  | { readonly kind: 'failed'; readonly problems: readonly string[] };

export interface RebuiltState {
  readonly revision: number;
  readonly phase: Phase;
  readonly state: Json;
  /** When the game came to it. */
  readonly atMs: number;
  readonly problems: readonly string[];
}

export function rebuild(stored: StoredGame, mode: RecoveryMode, decoder: Decoder): Rebuilt {
  const records = readRecords(stored, decoder);
  readAll(records);
  const aim = aimAt(mode, stored, records);
  if (aim.kind === 'nowhere') return { kind: 'failed', problems: [aim.why, ...records.problems()] };
  const proved = replayTo(aim.revision, records);
  const problems = [...notReached(proved?.revision ?? 0, aim), ...aim.doubts, ...records.problems()];
  if (!proved || isLockedBetween(stored, proved.revision, aim.revision, decoder)) {
    return { kind: 'failed', problems };
  }
  const { revision, phase, state, atMs } = proved;
  const isCertain = revision === aim.revision && aim.doubts.length === 0;
  return { kind: isCertain ? 'success' : 'partial', revision, phase, state, atMs, problems };
}

/** A damaged record is worth knowing also when this mode can do without it. */
function readAll(records: Records): void {
  for (const revision of records.eventRevisions) records.event(revision);
  for (const revision of records.snapshotRevisions) records.snapshot(revision);
}

function notReached(proved: number, { revision }: Aim): string[] {
  if (proved === revision) return [];
  const from = proved + 1;
  const which = from === revision ? `revision ${revision}` : `revisions ${from} to ${revision}`;
  return [`${which} cannot be rebuilt from storage`];
}
