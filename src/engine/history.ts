/** The records of one game, decoded when they are first needed, and what is wrong with them. */
import type { StoredGame } from '../backend/port.ts';
import { asFault } from '../base/fault.ts';
import type { GameEvent, Snapshot } from '../game/record.ts';
import type { Codec } from './codec.ts';

export type History = Pick<StoredGame, 'id' | 'revision' | 'events' | 'snapshots'>;
export type Decoder = Pick<Codec, 'decodeEvent' | 'decodeSnapshot' | 'isLocked'>;

/** The common case needs one snapshot and a few events of a thousand. */
export interface Records {
  /** Newest first. */
  readonly eventRevisions: readonly number[];
  readonly snapshotRevisions: readonly number[];
  /** undefined, with a problem, when it is missing or cannot be read. */
  event(revision: number): GameEvent | undefined;
  /** undefined when there is none or, with a problem, when it cannot be read. */
  snapshot(revision: number): Snapshot | undefined;
  newestSnapshot(): Snapshot | undefined;
  /** Says once that a record cannot be used. */
  reject(what: string): undefined;
  /** Every record that was looked at and could not be used, by name, and why. */
  problems(): readonly string[];
}

/**
 * Whether a record after one revision, up to another, is encrypted with a key that is not there. It is not damaged: to
 * go on from an older state would undo it.
 */
export function isLockedBetween(
  { events, snapshots }: History,
  after: number,
  upTo: number,
  decoder: Decoder,
): boolean {
  return [...events, ...snapshots].some(
    ({ revision, bytes }) => revision > after && revision <= upTo && decoder.isLocked(bytes),
  );
}

export function readRecords({ id, events, snapshots, revision: newest }: History, decoder: Decoder): Records {
  const problems = new Set<string>();
  const reject = (what: string): undefined => {
    problems.add(what);
  };
  const eventBytes = new Map(events.map(({ revision, bytes }) => [revision, bytes]));
  const snapshotBytes = new Map(snapshots.map(({ revision, bytes }) => [revision, bytes]));
  const eventRevisions = descending(eventBytes.keys());
  const snapshotRevisions = descending(snapshotBytes.keys());
  const event = remember((revision) => {
    const bytes = eventBytes.get(revision);
    if (!bytes) return reject(whyMissing(revision, eventRevisions.at(-1)));
    if (revision > newest) return reject(`event ${revision} is newer than the game`);
    return attempt(() => decoder.decodeEvent(bytes, id), `event ${revision}`, revision, reject);
  });
  const snapshot = remember((revision) => {
    const bytes = snapshotBytes.get(revision);
    if (!bytes) return undefined;
    if (revision > newest) return reject(`snapshot ${revision} is newer than the game`);
    return attempt(() => decoder.decodeSnapshot(bytes, id), `snapshot ${revision}`, revision, reject);
  });
  return {
    eventRevisions,
    snapshotRevisions,
    event,
    snapshot,
    newestSnapshot: () => first(snapshotRevisions, snapshot),
    reject,
    problems: () => [...problems],
  };
}

/** Nothing is ever missing at the front but what compaction and retention removed. */
function whyMissing(revision: number, oldest: number | undefined): string {
  if (oldest === undefined) return 'no events are kept';
  if (revision < oldest) return `events before ${oldest} are no longer kept (compaction or retention)`;
  return `event ${revision} is missing`;
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
