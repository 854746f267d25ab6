/** What every backend refuses before it touches anything. */
import { Fault } from '../base/fault.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { idText } from '../game/record-words.ts';
import { revisionOfParts } from './current-layout.ts';
import type { Append, PutSnapshot } from './port.ts';

/** @throws Fault unless reading this record back would yield exactly this record. */
export function checkRecord(record: GameRecord, nowMs: number): void {
  checkId(record);
  const names = new Set(record.parts.map(({ name }) => Buffer.from(name).toString('latin1')));
  if (names.size < record.parts.length) throw refuse(record, 'has two parts of one name');
  if (record.revision !== revisionOfParts(record)) {
    throw refuse(record, `says revision ${record.revision}, its parts say ${revisionOfParts(record)}`);
  }
  if (!isCount(record.expiresAtMs ?? 0)) throw refuse(record, `expires at ${record.expiresAtMs}`);
  if (record.expiresAtMs !== undefined && record.expiresAtMs <= nowMs) throw vanishing(record);
}

/** For a record whose time of deletion has come. */
export function vanishing({ id, expiresAtMs = 0 }: GameRecord): Fault {
  const since = new Date(expiresAtMs).toISOString();
  return new Fault(
    'refused',
    `Game ${idText(id)} expired at ${since}: stored again it would vanish at once`,
    {
      next: 'Leave this game out, or give it a later time of deletion',
    },
  );
}

/** @throws Fault for an id that stands for bytes which are not UTF-8. */
export function checkId({ id }: Pick<RecordKey, 'id'>): void {
  if (!id.isWellFormed()) throw unreadableId(id);
}

export function unreadableId(id: string): Fault {
  return new Fault('record-unreadable', `The id of game ${idText(id)} is not valid UTF-8`, {
    next: 'Rename or delete this key with the tools of the database',
  });
}

/** @throws Fault for numbers that no backend can hold: some would notice only in the middle of the step. */
export function checkAppend({ expectedRevision, atMs, expiresAtMs = 0, event, snapshot }: Append): void {
  checkCounts({ expectedRevision, atMs, expiresAtMs, ...(snapshot ? { keep: snapshot.keep } : {}) });
  if (!event && !snapshot) throw new Fault('wrong-use', 'An append needs an event or a snapshot');
  if (snapshot) checkKeep(snapshot.keep);
}

/** @throws Fault also when the snapshot would take events with it that it does not stand for. */
export function checkSnapshot({ revision, keep, dropEventsThrough }: PutSnapshot): void {
  checkCounts({ revision, keep, dropEventsThrough });
  checkKeep(keep);
  if (dropEventsThrough > revision) {
    throw new Fault(
      'wrong-use',
      `A snapshot of revision ${revision} cannot stand in for events through ${dropEventsThrough}`,
    );
  }
}

function checkKeep(keep: number): void {
  if (keep < 1) throw new Fault('wrong-use', 'At least 1 snapshot must be kept');
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (isCount(count)) continue;
    throw new Fault('wrong-use', `${name} must be a whole number from 0, not ${count}`);
  }
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;

function refuse({ id }: RecordKey, why: string): Fault {
  return new Fault('game-invalid', `The record of game ${idText(id)} ${why}`, {
    next: 'Validate the archive it comes from',
  });
}
