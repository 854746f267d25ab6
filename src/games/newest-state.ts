import type { Decoder } from '../engine/history.ts';
import { type Proved, replay } from '../engine/replay.ts';
import type { CurrentGame } from './current-game.ts';

/** The newest state that storage proves; undefined when it proves none. */
export function newestState(
  { id, newestRevision: revision, events, snapshots }: CurrentGame,
  decoder: Decoder,
): Proved | undefined {
  return replay({ id, revision, events, snapshots }, decoder).proved;
}
