/** What a stored game proves about its state. Pure: bytes in, state and problems out. */
import { digestOf } from '../base/digest.ts';
import { asFault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { GameEvent, Snapshot } from '../game/record.ts';
import { type Decoder, type History, type Records, readRecords } from './history.ts';
import { patched, wholeState } from './patch.ts';

/** A state whose hash was checked. */
export interface Proved {
  readonly revision: number;
  readonly phase: Phase;
  readonly state: Json;
  readonly hash: string;
  readonly atMs: number;
}

export interface Replayed {
  /** The newest state that can be proved; older than the stored revision when something is missing or damaged. */
  readonly proved: Proved | undefined;
  /** The newest snapshot that can be read; what compaction and the next snapshot are reckoned from. */
  readonly snapshot: Snapshot | undefined;
  /** Records that were looked at and could not be used, by name. */
  readonly problems: readonly string[];
}

export function replay(history: History, decoder: Decoder): Replayed {
  const records = readRecords(history, decoder);
  const proved = replayTo(history.revision, records);
  return { proved, snapshot: records.newestSnapshot(), problems: records.problems() };
}

/**
 * Starts from the newest snapshot that leads to the revision; else from an event that holds a whole state.
 * @returns the newest state up to it that is proved
 */
export function replayTo(revision: number, records: Records): Proved | undefined {
  let best: Proved | undefined;
  for (const base of bases(revision, records)) {
    const reached = advance(base, revision, records);
    if (reached.revision > (best?.revision ?? 0)) best = reached;
    if (best?.revision === revision) break;
  }
  // Where there is nothing to start from, it counts whether the beginning was removed.
  if (!best) records.event(1);
  return best;
}

/** States to start from, the most promising first. */
function* bases(newest: number, records: Records): Generator<Proved> {
  const upTo = (revision: number) => revision <= newest;
  for (const revision of records.snapshotRevisions.filter(upTo)) {
    const base = fromSnapshot(revision, records);
    if (base) yield base;
  }
  for (const revision of records.eventRevisions.filter(upTo)) {
    const base = fromWholeEvent(revision, records);
    if (base) yield base;
  }
}

function fromSnapshot(revision: number, records: Records): Proved | undefined {
  const snapshot = records.snapshot(revision);
  if (!snapshot) return undefined;
  const beside = records.eventRevisions.includes(revision) ? records.event(revision) : undefined;
  if (beside && beside.stateHash !== snapshot.hash) {
    return records.reject(`snapshot ${revision} and event ${revision} disagree about the state`);
  }
  const { phase, state, hash } = snapshot;
  // A snapshot may be taken some time after its transition.
  return { revision, phase, state, hash, atMs: beside?.atMs ?? snapshot.atMs };
}

function fromWholeEvent(revision: number, records: Records): Proved | undefined {
  const event = records.event(revision);
  if (!event || wholeState(event.patch) === undefined) return undefined;
  return apply(
    { revision: revision - 1, phase: event.to, state: null, hash: '', atMs: event.atMs },
    event,
    records,
  );
}

function advance(base: Proved, newest: number, records: Records): Proved {
  let reached = base;
  while (reached.revision < newest) {
    const event = records.event(reached.revision + 1);
    const next = event && apply(reached, event, records);
    if (!next) break;
    reached = next;
  }
  return reached;
}

function apply(before: Proved, event: GameEvent, records: Records): Proved | undefined {
  const { revision, patch, stateHash, to, atMs } = event;
  try {
    const state = patched(before.state, patch);
    if (digestOf(state) !== stateHash) {
      return records.reject(`event ${revision} does not lead to the state that it names`);
    }
    return { revision, phase: to, state, hash: stateHash, atMs };
  } catch (thrown) {
    return records.reject(`event ${revision}: ${asFault(thrown).message}`);
  }
}
