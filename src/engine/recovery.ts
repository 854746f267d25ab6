import type { StoredGame } from '../backend/port.ts';
import type { Recovered } from './engine.ts';
import { type Held, isAhead, liveGame } from './held.ts';
import { type Decoder, isLockedBetween } from './history.ts';
import { heldFrom } from './lookup.ts';
import { type Replayed, replay } from './replay.ts';

/** What recovery answers, and the game to hold from now on; undefined when there is none to hold. */
export interface Recovery {
  readonly answer: Recovered;
  readonly hold: Held | undefined;
}

/** Chooses between what storage proves and what memory holds; the older of them is never served. */
export function recovery(stored: StoredGame | undefined, held: Held | undefined, decoder: Decoder): Recovery {
  if (!stored) return held ? partial(withoutStorage(held), ['storage does not have this game']) : absent;
  const replayed = replay(stored, decoder);
  if (isLocked(stored, held, replayed, decoder)) return failed(stored, replayed);
  return (held && fromMemory(held, stored, replayed)) ?? fromStorage(stored, replayed);
}

export const onlyInMemory = (transitions: number) => `${transitions} of its transitions are only in memory`;

const absent: Recovery = { answer: { kind: 'not-found' }, hold: undefined };

function partial(hold: Held, problems: readonly string[]): Recovery {
  return { answer: { kind: 'partial', game: liveGame(hold), problems }, hold };
}

const failed = (stored: StoredGame, { proved, problems }: Replayed): Recovery => ({
  answer: { kind: 'failed', problems: [notRebuilt(proved?.revision ?? 0, stored), ...problems] },
  hold: undefined,
});

/** Something newer than memory and proof is there, and only its key is missing. */
function isLocked(
  stored: StoredGame,
  held: Held | undefined,
  { proved }: Replayed,
  decoder: Decoder,
): boolean {
  if (held && isAhead(held)) return false;
  const known = Math.max(proved?.revision ?? 0, held?.revision ?? 0);
  return isLockedBetween(stored, known, stored.revision, decoder);
}

function fromStorage(stored: StoredGame, replayed: Replayed): Recovery {
  const { proved, problems } = replayed;
  if (!proved) return failed(stored, replayed);
  const hold = heldFrom(stored, proved, replayed);
  if (hold.unproved) return partial(hold, [notRebuilt(proved.revision, stored), ...problems]);
  return { answer: { kind: 'success', game: liveGame(hold), problems }, hold };
}

/** undefined when storage proves a state that is at least as new. */
function fromMemory(held: Held, stored: StoredGame, { proved, problems }: Replayed): Recovery | undefined {
  const provedRevision = proved?.revision ?? 0;
  if (isAhead(held)) {
    return partial(held, [onlyInMemory(held.ahead), ...problems]);
  }
  if (stored.revision < held.revision) {
    return partial(apart(held, stored.revision), [
      `storage is back at revision ${stored.revision}`,
      ...problems,
    ]);
  }
  if (provedRevision < held.revision) {
    const hold = { ...held, revision: stored.revision, formerly: [], unproved: true };
    return partial(hold, [notRebuilt(provedRevision, stored), ...problems]);
  }
  if (provedRevision > held.revision || proved?.hash === held.hash || held.unproved) return undefined;
  return partial(apart(held, stored.revision), ['storage has another state at this revision', ...problems]);
}

/** A finished game leaves storage in time, and one that was never stored is not missing there. */
const withoutStorage = (held: Held): Held =>
  held.revision > 0 && held.phase !== 'GAME_OVER' ? apart(held, 0) : held;

const apart = (held: Held, divergedAt: number): Held => ({ ...held, divergedAt });

function notRebuilt(provedRevision: number, { revision }: StoredGame): string {
  const from = provedRevision + 1;
  const which = from === revision ? `revision ${revision}` : `revisions ${from} to ${revision}`;
  return `${which} cannot be rebuilt from storage`;
}
