/** Whether the records of a game fit together: no gaps, and every event leads to the state that it names. */
import { eventField, snapshotField } from '../backend/current-layout.ts';
import { digestOf } from '../base/digest.ts';
import { asFault } from '../base/fault.ts';
import { patched, wholeState } from '../engine/patch.ts';
import type { Json } from '../game/game.ts';
import type { GameEvent, Snapshot } from '../game/record.ts';
import type { CurrentGame } from './current-game.ts';
import type { Decoded, DecodedGame } from './decoded.ts';
import type { Problem } from './game-view.ts';

/** What cannot be decoded, by name. */
export function decodingProblems({ events, snapshots }: DecodedGame): Problem[] {
  return [...named(events, eventField), ...named(snapshots, snapshotField)];
}

function named(records: readonly Decoded<unknown>[], fieldOf: (revision: number) => string): Problem[] {
  return records.flatMap(({ revision, problem }) =>
    problem === undefined ? [] : [{ field: fieldOf(revision), what: problem }],
  );
}

/** What the head says against the records. */
export function headProblems({ head, newestRevision }: CurrentGame): Problem[] {
  if (head.revision === undefined || head.revision === newestRevision) return [];
  return [{ field: 'rev', what: `it says ${head.revision}, and there is revision ${newestRevision}` }];
}

/** Events that are missing, but for those that compaction or retention removed at the front. */
export function gapProblems({ newestRevision, events }: CurrentGame, decoded: DecodedGame): Problem[] {
  const problems: Problem[] = [];
  const isBridged = bridgesOf(decoded);
  const missing = (from: number, to: number) => {
    if (from > to || isBridged(to)) return;
    const what = from === to ? 'it is missing' : `it and all through ${eventField(to)} are missing`;
    problems.push({ field: eventField(from), what });
  };
  let expected = events[0]?.revision ?? newestRevision + 1;
  for (const { revision } of events) {
    missing(expected, revision - 1);
    expected = revision + 1;
  }
  missing(expected, newestRevision);
  return problems;
}

/**
 * Where a strategy kept no events, its snapshots stand in for them, until newer ones take their place; then a whole
 * event is where the log begins again.
 */
function bridgesOf({ events, snapshots }: DecodedGame): (revision: number) => boolean {
  const logged = new Set(events.map(({ revision }) => revision));
  const standIns = snapshots.filter(
    ({ revision, document }) => document?.writeId !== undefined && !logged.has(revision),
  );
  const ends = new Set(standIns.map(({ revision }) => revision));
  if (ends.size > 0) {
    for (const { revision, document } of events) {
      if (document && wholeState(document.patch) !== undefined) ends.add(revision - 1);
    }
  }
  return (revision) => ends.has(revision);
}

interface Reached {
  readonly revision: number;
  readonly state: Json;
  readonly hash: string;
}

/** Replays everything there is, in order; each snapshot and each whole event is a new start. */
export function replayProblems(game: CurrentGame, decoded: DecodedGame): Problem[] {
  const problems: Problem[] = [];
  const events = byRevision(decoded.events);
  const snapshots = byRevision(decoded.snapshots);
  const revisions = [...new Set([...events.keys(), ...snapshots.keys()])].sort((a, b) => a - b);
  let reached: Reached | undefined;
  for (const revision of revisions) {
    const event = events.get(revision);
    const snapshot = snapshots.get(revision);
    const after = event && replayOne(reached, event, problems);
    if (snapshot) checkSnapshot(snapshot, event, after, problems);
    reached = after ?? (snapshot && { revision, state: snapshot.state, hash: snapshot.hash }) ?? reached;
  }
  return [...problems, ...newestProblems(game, reached, events, snapshots)];
}

function byRevision<T>(records: readonly Decoded<T>[]): Map<number, T> {
  return new Map(
    records.flatMap(({ revision, document }) => (document === undefined ? [] : [[revision, document]])),
  );
}

function replayOne(before: Reached | undefined, event: GameEvent, problems: Problem[]): Reached | undefined {
  const { revision, patch, stateHash } = event;
  const isBase = wholeState(patch) !== undefined;
  if (!isBase && before?.revision !== revision - 1) return undefined;
  try {
    const state = patched(before?.state ?? null, patch);
    if (digestOf(state) === stateHash) return { revision, state, hash: stateHash };
    problems.push({ field: eventField(revision), what: 'it does not lead to the state that it names' });
  } catch (thrown) {
    problems.push({ field: eventField(revision), what: asFault(thrown).message });
  }
  return undefined;
}

function checkSnapshot(
  { revision, hash, phase }: Snapshot,
  event: GameEvent | undefined,
  after: Reached | undefined,
  problems: Problem[],
): void {
  const field = snapshotField(revision);
  const expected = event?.stateHash ?? after?.hash;
  if (expected !== undefined && expected !== hash) {
    problems.push({ field, what: `it and ${eventField(revision)} disagree about the state` });
  }
  if (event && event.to !== phase) {
    problems.push({ field, what: `it is in ${phase}, ${eventField(revision)} leads to ${event.to}` });
  }
}

function newestProblems(
  { head, newestRevision }: CurrentGame,
  reached: Reached | undefined,
  events: ReadonlyMap<number, GameEvent>,
  snapshots: ReadonlyMap<number, Snapshot>,
): Problem[] {
  if (newestRevision === 0) return [{ what: 'it has no events and no snapshots' }];
  const problems: Problem[] = [];
  if (reached?.revision !== newestRevision) {
    const proved = reached ? `the newest that is proved is ${reached.revision}` : 'no state is proved';
    problems.push({ what: `revision ${newestRevision} cannot be rebuilt; ${proved}` });
  }
  const phase = events.get(newestRevision)?.to ?? snapshots.get(newestRevision)?.phase;
  if (head.phase !== undefined && phase !== undefined && head.phase !== phase) {
    problems.push({
      field: 'phase',
      what: `it says ${head.phase}, revision ${newestRevision} led to ${phase}`,
    });
  }
  return problems;
}
