/** Which revision a mode of recovery means, as far as the records tell. Pure. */
import type { StoredGame } from '../backend/port.ts';
import type { Records } from './history.ts';

export type RecoveryMode =
  | { readonly kind: 'latest' }
  /** The state of one of the kept snapshots; put together from older records when it is damaged. */
  | { readonly kind: 'snapshot'; readonly revision: number }
  /** The newest state that the game had at this time. */
  | { readonly kind: 'point-in-time'; readonly atMs: number }
  /** The state before the newest transition in which the game's code failed. */
  | { readonly kind: 'before-error' };

export interface Aim {
  readonly kind: 'at';
  readonly revision: number;
  /** Why another revision may have been meant; empty when it is certain. */
  readonly doubts: readonly string[];
}

type Aimed = Aim | { readonly kind: 'nowhere'; readonly why: string };

export function aimAt(mode: RecoveryMode, stored: StoredGame, records: Records): Aimed {
  switch (mode.kind) {
    case 'latest':
      return at(stored.revision);
    case 'snapshot':
      return atSnapshot(mode.revision, records);
    case 'point-in-time':
      return atTime(mode.atMs, stored, records);
    case 'before-error':
      return beforeError(stored, records);
  }
}

const at = (revision: number, doubts: readonly string[] = []): Aim => ({ kind: 'at', revision, doubts });
const nowhere = (why: string): Aimed => ({ kind: 'nowhere', why });

function atSnapshot(revision: number, { snapshotRevisions }: Records): Aimed {
  if (snapshotRevisions.includes(revision)) return at(revision);
  if (snapshotRevisions.length === 0) return nowhere('the game has no snapshots');
  const kept = snapshotRevisions.toReversed().join(', ');
  return nowhere(`there is no snapshot of revision ${revision}; those that are kept: ${kept}`);
}

function atTime(atMs: number, stored: StoredGame, records: Records): Aimed {
  if (atMs < stored.createdAtMs) {
    return nowhere(`the game was created after that, at ${time(stored.createdAtMs)}`);
  }
  const known = timesOf(stored, records);
  const from = known.findLast((revision) => revision.atMs <= atMs);
  if (!from) {
    return nowhere(
      `nothing is kept from before that; the oldest is from ${time(known[0]?.atMs ?? Number.NaN)}`,
    );
  }
  const next = known.find(({ revision }) => revision > from.revision)?.revision ?? from.revision + 1;
  const later = known.find(({ revision, ...known }) => revision < from.revision && known.atMs > atMs);
  return at(from.revision, [...gapDoubt(from.revision, next), ...clockDoubt(later)]);
}

interface Timed {
  readonly revision: number;
  readonly atMs: number;
}

/** Revisions whose time is known, ascending. A snapshot may be taken late, but never before its revision. */
function timesOf(stored: StoredGame, records: Records): readonly Timed[] {
  const { eventRevisions, snapshotRevisions } = records;
  const times = new Map([[stored.revision, stored.updatedAtMs]]);
  const note = (record: Timed | undefined) => {
    if (record) times.set(record.revision, record.atMs);
  };
  for (const revision of snapshotRevisions) note(records.snapshot(revision));
  for (const revision of eventRevisions) note(records.event(revision));
  return [...times].map(([revision, atMs]) => ({ revision, atMs })).sort((a, b) => a.revision - b.revision);
}

function gapDoubt(from: number, next: number): string[] {
  if (next === from + 1) return [];
  const which = next === from + 2 ? `revision ${from + 1}` : `revisions ${from + 1} to ${next - 1}`;
  return [`the time of ${which} is not known: the game may have come further by then`];
}

function clockDoubt(later: Timed | undefined): string[] {
  if (!later) return [];
  return [`a clock was set back after revision ${later.revision}: the time may also mean a state before it`];
}

function beforeError({ revision: newest }: StoredGame, records: Records): Aimed {
  const { eventRevisions, snapshotRevisions } = records;
  const failed = eventRevisions.find((revision) => records.event(revision)?.error !== undefined);
  // Where no events are kept, the snapshot that was taken because of the error tells of it.
  const snapped = snapshotRevisions.find(
    (revision) => !eventRevisions.includes(revision) && records.snapshot(revision)?.trigger === 'error',
  );
  const error = Math.max(failed ?? 0, snapped ?? 0);
  if (error === 0) return nowhere(noError(newest, records));
  if (error === 1) return nowhere('the error was in the first transition: there is nothing before it');
  return at(error - 1, unreadableSince(error, records));
}

function noError(newest: number, { eventRevisions, snapshotRevisions }: Records): string {
  const oldest = eventRevisions.at(-1) ?? snapshotRevisions.at(-1);
  const which = oldest === undefined ? 'no records are kept' : `kept are revisions ${oldest} to ${newest}`;
  return `no transition is known in which the game failed (${which})`;
}

function unreadableSince(error: number, records: Records): string[] {
  const unread = records.eventRevisions.filter((revision) => revision > error && !records.event(revision));
  return unread.map((revision) => `event ${revision} cannot be read and may hold a later error`);
}

function time(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? `${atMs} ms` : date.toISOString();
}
