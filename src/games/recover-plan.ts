/** What recovering one game means: which state comes back, and what differs from the newest one. */
import type { Change } from '../action/plan.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import type { Decoder } from '../engine/history.ts';
import { type Rebuilt, type RebuiltState, rebuild } from '../engine/rebuild.ts';
import type { RecoveryMode } from '../engine/recovery-mode.ts';
import { type Proved, replay } from '../engine/replay.ts';
import { idText } from '../game/record-words.ts';
import type { PlannedWrite } from './game-write.ts';
import type { GameInHand } from './stored-game.ts';

/** Of whoever makes a plan: what goes into the new event. */
export interface Authorship {
  readonly actor: string;
  readonly random: RandomHex;
}

export type Recovery =
  | {
      readonly kind: 'unchanged';
      readonly revision: number;
      readonly why: string;
      /** Damage that this state does not need. */
      readonly problems: readonly string[];
    }
  | {
      readonly kind: 'write';
      readonly write: PlannedWrite;
      readonly from: RebuiltState;
      /** The newest state that storage proves. */
      readonly newest: Proved | undefined;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'failed'; readonly problems: readonly string[]; readonly isProved: boolean };

export function planRecovery(
  game: GameInHand,
  mode: RecoveryMode,
  reason: string | undefined,
  { actor, random }: Authorship,
  decoder: Decoder,
): Recovery {
  const rebuilt = rebuild(game.stored, mode, decoder);
  const { stored, headProblems } = game;
  const newest = replay(stored, decoder).proved;
  if (rebuilt.kind === 'failed') return { ...rebuilt, isProved: newest !== undefined };
  const hash = digestOf(rebuilt.state);
  const isNewest =
    newest?.revision === stored.revision && newest.hash === hash && rebuilt.phase === stored.phase;
  if (isNewest && headProblems.length === 0) {
    const why = mode.kind === 'latest' ? 'its newest state is proved' : 'it is in that state already';
    return { kind: 'unchanged', revision: stored.revision, why, problems: rebuilt.problems };
  }
  const write: PlannedWrite = {
    id: stored.id,
    type: 'RECOVERED',
    found: game.digest,
    revision: stored.revision + 1,
    phase: rebuilt.phase,
    hash,
    actor,
    reason: reason ?? `recovered to revision ${rebuilt.revision} (${mode.kind})`,
    writeId: random(8),
  };
  return { kind: 'write', write, from: rebuilt, newest, warnings: warningsOf(game, rebuilt, newest) };
}

function warningsOf(
  { stored, headProblems }: GameInHand,
  rebuilt: Exclude<Rebuilt, { kind: 'failed' }>,
  newest: Proved | undefined,
): string[] {
  const undone = stored.revision - rebuilt.revision;
  return [
    undone > 0 ? `What was played after revision ${rebuilt.revision} is undone (${undone} revisions)` : '',
    newest?.revision === stored.revision
      ? ''
      : 'The newest state is not proved: the differences are to an older one',
    rebuilt.kind === 'partial' ? 'Not exactly what was asked for, or not certainly' : '',
    ...rebuilt.problems,
    ...headProblems.map(({ field, what }) => `${field}: ${what}; it is written anew`),
  ].filter(Boolean);
}

/** One line for the game; its fields come after it. */
export function recoveryChange({ write, from }: Extract<Recovery, { kind: 'write' }>): Change {
  return {
    target: `game ${idText(write.id)}`,
    effect: 'update',
    from: `revision ${write.revision - 1}`,
    to: `revision ${write.revision}, ${write.phase}, with the state of revision ${from.revision} (${new Date(from.atMs).toISOString()})`,
  };
}

/** @param isProved storage proves some state, so that it is the mode that leads nowhere */
export function notRecoverable(id: string, problems: readonly string[], isProved: boolean): Fault {
  const code = isProved ? 'not-found' : 'integrity';
  return new Fault(code, `Game ${idText(id)} cannot be recovered like this: ${problems.join('; ')}`, {
    next: isProved
      ? 'Choose another mode or moment: gamekeeper games show has the phases, events and snapshots'
      : 'Restore this game from a backup, or correct it by hand',
  });
}
