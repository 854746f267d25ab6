/** What a stored game proves about its state. Pure: bytes in, state and problems out. */
import type { StoredGame } from '../backend/port.ts';
import { digestOf } from '../base/digest.ts';
import { asFault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { GameEvent, Snapshot } from '../game/record.ts';
import { decodeEvent, decodeSnapshot } from './codec.ts';
import { patched, wholeState } from './patch.ts';

export type History = Pick<StoredGame, 'revision' | 'events' | 'snapshots'>;

/** A state whose hash was checked. */
export interface Proved {
  readonly revision: number;
  readonly phase: Phase;
  readonly state: Json;
  readonly hash: string;
}

export interface Replayed {
  /** The newest state that can be proved; older than the stored revision when something is missing or damaged. */
  readonly proved: Proved | undefined;
  /** The newest snapshot that can be read; what compaction and the next snapshot are reckoned from. */
  readonly snapshot: Snapshot | undefined;
  /** Records that were looked at and could not be used, by name. */
  readonly problems: readonly string[];
}

/** Starts from the newest snapshot that leads to the newest revision; else from an event that holds a whole state. */
export function replay(history: History): Replayed {
  const records = readRecords(history);
  let best: Proved | undefined;
  for (const base of bases(history, records)) {
    const reached = advance(base, history.revision, records);
    if (reached.revision > (best?.revision ?? 0)) best = reached;
    if (best?.revision === history.revision) break;
  }
  return { proved: best, snapshot: records.newestSnapshot(), problems: records.problems() };
}

interface Records {
  event(revision: number): GameEvent | undefined;
  snapshot(revision: number): Snapshot | undefined;
  newestSnapshot(): Snapshot | undefined;
  /** Says once that a record cannot be used. */
  reject(what: string): undefined;
  problems(): readonly string[];
}

/** Decodes each record when it is first needed: the common case needs one snapshot and a few events of a thousand. */
function readRecords({ events, snapshots, revision: newest }: History): Records {
  const problems = new Set<string>();
  const reject = (what: string): undefined => {
    problems.add(what);
  };
  const eventBytes = new Map(events.map(({ revision, bytes }) => [revision, bytes]));
  const snapshotBytes = new Map(snapshots.map(({ revision, bytes }) => [revision, bytes]));
  const event = remember((revision) => {
    const bytes = eventBytes.get(revision);
    if (!bytes) return reject(`event ${revision} is missing`);
    return attempt(() => decodeEvent(bytes), `event ${revision}`, revision, reject);
  });
  const snapshot = remember((revision) => {
    const bytes = snapshotBytes.get(revision);
    if (!bytes) return undefined;
    if (revision > newest) return reject(`snapshot ${revision} is newer than the game`);
    return attempt(() => decodeSnapshot(bytes), `snapshot ${revision}`, revision, reject);
  });
  return {
    event,
    snapshot,
    newestSnapshot: () => first(descending(snapshotBytes.keys()), snapshot),
    reject,
    problems: () => [...problems],
  };
}

function attempt<T extends { readonly revision: number }>(
  decode: () => T,
  name: string,
  revision: number,
  reject: (what: string) => undefined,
): T | undefined {
  try {
    const record = decode();
    return record.revision === revision ? record : reject(`${name} says that it is ${record.revision}`);
  } catch (thrown) {
    return reject(`${name}: ${asFault(thrown).message}`);
  }
}

/** States to start from, the most promising first. */
function* bases(history: History, records: Records): Generator<Proved> {
  for (const revision of descending(history.snapshots.map((stored) => stored.revision))) {
    const base = fromSnapshot(revision, history, records);
    if (base) yield base;
  }
  for (const revision of descending(history.events.map((stored) => stored.revision))) {
    const base = fromWholeEvent(revision, records);
    if (base) yield base;
  }
}

function fromSnapshot(revision: number, { events }: History, records: Records): Proved | undefined {
  const snapshot = records.snapshot(revision);
  if (!snapshot) return undefined;
  const beside = events.some((stored) => stored.revision === revision) ? records.event(revision) : undefined;
  if (beside && beside.stateHash !== snapshot.hash) {
    return records.reject(`snapshot ${revision} and event ${revision} disagree about the state`);
  }
  return { revision, phase: snapshot.phase, state: snapshot.state, hash: snapshot.hash };
}

function fromWholeEvent(revision: number, records: Records): Proved | undefined {
  const event = records.event(revision);
  if (!event || wholeState(event.patch) === undefined) return undefined;
  return apply({ revision: revision - 1, phase: event.to, state: null, hash: '' }, event, records);
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
  const { revision, patch, stateHash, to } = event;
  try {
    const state = patched(before.state, patch);
    if (digestOf(state) !== stateHash) {
      return records.reject(`event ${revision} does not lead to the state that it names`);
    }
    return { revision, phase: to, state, hash: stateHash };
  } catch (thrown) {
    return records.reject(`event ${revision}: ${asFault(thrown).message}`);
  }
}

function first<T>(revisions: readonly number[], read: (revision: number) => T | undefined): T | undefined {
  for (const revision of revisions) {
    const found = read(revision);
    if (found !== undefined) return found;
  }
  return undefined;
}

function descending(revisions: Iterable<number>): number[] {
  return [...revisions].sort((a, b) => b - a);
}

function remember<T>(read: (revision: number) => T): (revision: number) => T {
  const known = new Map<number, T>();
  return (revision) => {
    if (!known.has(revision)) known.set(revision, read(revision));
    // Set just above.
    return known.get(revision) as T;
  };
}
