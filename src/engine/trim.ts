/** What of a stored game may go because something that is kept stands for it. Pure. */
import type { Encoded, PutSnapshot, StoredGame } from '../backend/port.ts';
import type { Snapshot } from '../game/record.ts';
import type { Decoder } from './history.ts';
import type { EngineSettings } from './settings.ts';

export type TrimSettings = Pick<
  EngineSettings,
  'snapshotsKept' | 'compactAfterEvents' | 'maxEvents' | 'snapshotRetentionMs' | 'eventRetentionMs'
>;

/** `bytes` as they are stored. */
type Readable = Pick<Snapshot, 'revision' | 'atMs'> & Encoded;

/**
 * The newest readable snapshot again, with what may go in that step; undefined when all is needed. No event goes
 * without a readable snapshot of its revision or a later one; of the snapshots the newest readable one always stays.
 */
export function planTrim(
  stored: StoredGame,
  settings: TrimSettings,
  decoder: Decoder,
  nowMs: number,
): PutSnapshot | undefined {
  const { keep, readable } = keptSnapshots(stored, settings, decoder, nowMs);
  const [newest] = readable;
  if (!newest) return undefined;
  const dropEventsThrough = Math.max(
    byCount(stored, settings, readable),
    byBound(stored, settings, readable),
    Math.min(newest.revision, byAge(stored, settings, decoder, nowMs)),
  );
  const isNothing = keep === stored.snapshots.length && eventsThrough(stored, dropEventsThrough) === 0;
  return isNothing ? undefined : { revision: newest.revision, bytes: newest.bytes, keep, dropEventsThrough };
}

/** How many events are of this revision or older. */
export const eventsThrough = ({ events }: Pick<StoredGame, 'events'>, revision: number): number =>
  events.filter((event) => event.revision <= revision).length;

/** How many of the newest snapshots stay, and the readable ones of them, newest first. */
function keptSnapshots(
  { id, snapshots }: StoredGame,
  { snapshotsKept, snapshotRetentionMs }: TrimSettings,
  decoder: Decoder,
  nowMs: number,
) {
  const readable: Readable[] = [];
  let keep = 0;
  for (const { revision, bytes } of snapshots.toReversed()) {
    const snapshot = attempt(() => decoder.decodeSnapshot(bytes, id));
    const isOld = snapshot && nowMs - snapshot.atMs >= snapshotRetentionMs;
    if (readable.length > 0 && (isOld || keep >= snapshotsKept)) break;
    keep++;
    if (snapshot) readable.push({ revision, bytes, atMs: snapshot.atMs });
  }
  return { keep, readable };
}

/** Those that no replay from any kept snapshot needs, once there are many. */
function byCount({ events }: StoredGame, settings: TrimSettings, readable: readonly Readable[]): number {
  return events.length > settings.compactAfterEvents ? (readable.at(-1)?.revision ?? 0) : 0;
}

/** At the bound, so many that it is not reached again at once. */
function byBound(stored: StoredGame, { maxEvents }: TrimSettings, readable: readonly Readable[]): number {
  const { length } = stored.events;
  if (length < maxEvents) return 0;
  const enough = readable.findLast(
    ({ revision }) => length - eventsThrough(stored, revision) <= maxEvents / 2,
  );
  return (enough ?? readable[0])?.revision ?? 0;
}

/** Times ascend, so that a few of thousands of events need to be read; a set-back clock leaves some for the next time. */
function byAge(
  { id, events }: StoredGame,
  { eventRetentionMs }: TrimSettings,
  decoder: Decoder,
  nowMs: number,
): number {
  const isOld = ({ bytes }: Encoded) => {
    const event = attempt(() => decoder.decodeEvent(bytes, id));
    return event !== undefined && nowMs - event.atMs >= eventRetentionMs;
  };
  let [from, to] = [0, events.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const event = events[middle];
    if (event && isOld(event)) from = middle + 1;
    else to = middle;
  }
  return events[from - 1]?.revision ?? 0;
}

function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
