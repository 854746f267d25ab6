/** A game's rows as a GameRecord and back. Taken apart and put together, a record is the same bytes. */
import type { DatabaseSync } from 'node:sqlite';
import type { GameRecord, RecordKey, RecordPart } from '../../game/record.ts';
import { recordDigest, sortedParts } from '../../game/record-codec.ts';
import { countOf, eventField, fieldOf, phaseOf, revisionOf, snapshotField } from '../current-layout.ts';
import type { Expected, Replaced } from '../port.ts';
import { storedBytes, storedValue } from '../stored-value.ts';
import type { GameRow, Games } from './games.ts';

export function openRecords(db: DatabaseSync, games: Games) {
  const events = db.prepare('SELECT revision, bytes FROM events WHERE game = ?');
  const snapshots = db.prepare('SELECT revision, bytes FROM snapshots WHERE game = ?');
  const parts = db.prepare('SELECT name, value FROM parts WHERE game = ?');
  const insertEvent = db.prepare('INSERT INTO events (game, revision, bytes) VALUES (?, ?, ?)');
  const insertSnapshot = db.prepare('INSERT INTO snapshots (game, revision, bytes) VALUES (?, ?, ?)');
  const insertPart = db.prepare('INSERT INTO parts (game, name, value) VALUES (?, ?, ?)');

  const read = (key: RecordKey, nowMs: number): GameRecord | undefined => {
    const row = games.find(key, nowMs);
    return row && toRecord(key, row, partsOf(row));
  };

  const partsOf = (row: GameRow): RecordPart[] => [
    ...headParts(row),
    ...events.all(row.game).map(({ revision, bytes }) => part(eventField(Number(revision)), bytes)),
    ...snapshots.all(row.game).map(({ revision, bytes }) => part(snapshotField(Number(revision)), bytes)),
    ...parts.all(row.game).map(({ name, value }) => part(blob(name), value)),
  ];

  const write = (record: GameRecord): void => {
    games.remove(record);
    const { head, rest } = takeApart(record);
    const game = games.insert(record, { ...head, expires: record.expiresAtMs ?? null });
    for (const { name, value } of rest) {
      const field = record.layout === 'current' ? fieldOf(name) : undefined;
      const bytes = storedBytes(value);
      if (field?.kind === 'event') insertEvent.run(game, field.revision, bytes);
      else if (field?.kind === 'snapshot') insertSnapshot.run(game, field.revision, bytes);
      else insertPart.run(game, name, bytes);
    }
  };

  const isExpected = (key: RecordKey, expected: Expected, nowMs: number): boolean => {
    const found = read(key, nowMs);
    return (found ? recordDigest(found) : 'absent') === expected;
  };

  return {
    read,
    replace(record: GameRecord, expected: Expected, nowMs: number): Replaced {
      if (!isExpected(record, expected, nowMs)) return { kind: 'changed' };
      write(record);
      return { kind: 'written' };
    },
    remove(key: RecordKey, expected: string, nowMs: number): Replaced {
      if (!isExpected(key, expected, nowMs)) return { kind: 'changed' };
      games.remove(key);
      return { kind: 'written' };
    },
  };
}

function toRecord({ id, layout }: RecordKey, row: GameRow, parts: readonly RecordPart[]): GameRecord {
  return {
    id,
    layout,
    ...(row.rev === null ? {} : { revision: row.rev }),
    ...(row.expires === null ? {} : { expiresAtMs: row.expires }),
    parts: sortedParts(parts),
  };
}

function* headParts({ rev, phase, created, updated }: GameRow): Generator<RecordPart> {
  for (const [name, value] of Object.entries({ rev, phase, created, updated })) {
    if (value !== null) yield part(name, Buffer.from(String(value)));
  }
}

interface Head {
  rev: number | null;
  phase: string | null;
  created: number | null;
  updated: number | null;
}

/** The columns, and the parts that are left. */
function takeApart({ layout, parts }: GameRecord): { head: Head; rest: readonly RecordPart[] } {
  const head: Head = { rev: null, phase: null, created: null, updated: null };
  return { head, rest: layout === 'legacy' ? parts : parts.filter((part) => !intoColumn(head, part)) };
}

/** False when this is no column, or one that would not read back to the same bytes. */
function intoColumn(head: Head, { name, value }: RecordPart): boolean {
  if (value.kind !== 'bytes') return false;
  const { bytes } = value;
  switch (fieldOf(name)?.kind) {
    case 'rev':
      head.rev = revisionOf(bytes) ?? null;
      return head.rev !== null;
    case 'phase':
      head.phase = phaseOf(bytes) ?? null;
      return head.phase !== null;
    case 'created':
      head.created = countOf(bytes) ?? null;
      return head.created !== null;
    case 'updated':
      head.updated = countOf(bytes) ?? null;
      return head.updated !== null;
    default:
      return false;
  }
}

const part = (name: string | Uint8Array, value: unknown): RecordPart => ({
  name: typeof name === 'string' ? Buffer.from(name) : name,
  value: storedValue(blob(value)),
});

/** Columns declared BLOB in a STRICT table hold nothing else. */
const blob = (value: unknown) => value as Uint8Array;
