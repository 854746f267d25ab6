/**
 * The current layout: the fields of one game, the same in every backend.
 *
 *   rev, created, updated   decimal text without leading zeros (revision; milliseconds since the epoch)
 *   phase                   a phase's name
 *   e:<revision>            an encoded event
 *   s:<revision>            an encoded snapshot
 *
 * Any other field, and one that is no bytes, belongs to somebody else: it is carried along, never interpreted.
 */
import { Fault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import { isPhase, type Phase } from '../game/phases.ts';
import type { GameRecord, RecordPart } from '../game/record.ts';
import { idText } from '../game/record-words.ts';
import type { Encoded, StoredGame } from './port.ts';

export type Field =
  | { readonly kind: 'rev' | 'phase' | 'created' | 'updated' }
  | { readonly kind: 'event' | 'snapshot'; readonly revision: number };

const heads = ['rev', 'phase', 'created', 'updated'] as const;

/** undefined for a field that is not of this layout. */
export function fieldOf(name: Uint8Array): Field | undefined {
  const text = textOf(name);
  const kind = heads.find((head) => head === text);
  if (kind) return { kind };
  const revision = revisionOf(name.subarray(2));
  if (revision === undefined) return undefined;
  if (text.startsWith('e:')) return { kind: 'event', revision };
  if (text.startsWith('s:')) return { kind: 'snapshot', revision };
  return undefined;
}

export const eventField = (revision: number) => `e:${revision}`;
export const snapshotField = (revision: number) => `s:${revision}`;

/** undefined unless the text is exactly how a whole number from 0 is written. */
export function countOf(bytes: Uint8Array): number | undefined {
  const text = textOf(bytes);
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 0 && String(count) === text ? count : undefined;
}

/** As countOf, from 1. */
export function revisionOf(bytes: Uint8Array): number | undefined {
  return countOf(bytes) || undefined;
}

export function phaseOf(bytes: Uint8Array): Phase | undefined {
  const text = textOf(bytes);
  return isPhase(text) ? text : undefined;
}

/** The parts' own answer; undefined in the legacy layout or when `rev` is missing, damaged or no bytes. */
export function revisionOfParts(record: Pick<GameRecord, 'layout' | 'parts'>): number | undefined {
  if (record.layout === 'legacy') return undefined;
  const part = record.parts.find(({ name }) => textOf(name) === 'rev');
  return part?.value.kind === 'bytes' ? revisionOf(part.value.bytes) : undefined;
}

/** @throws Fault `game-invalid` when its head is damaged. Events and snapshots are handed on as they are. */
export function storedGame(record: GameRecord): StoredGame {
  const head = new Map<string, Uint8Array>();
  const events: Encoded[] = [];
  const snapshots: Encoded[] = [];
  for (const { field, bytes } of ownFields(record.parts)) {
    if (field.kind === 'event') events.push({ revision: field.revision, bytes });
    else if (field.kind === 'snapshot') snapshots.push({ revision: field.revision, bytes });
    else head.set(field.kind, bytes);
  }
  const required = <T>(name: string, parse: (bytes: Uint8Array) => T | undefined): T => {
    const bytes = head.get(name);
    const value = bytes && parse(bytes);
    if (value === undefined) throw damagedHead(record.id, name);
    return value;
  };
  return {
    // An id that a game was stored under has been parsed before.
    id: record.id as GameId,
    revision: required('rev', revisionOf),
    phase: required('phase', phaseOf),
    createdAtMs: required('created', countOf),
    updatedAtMs: required('updated', countOf),
    ...(record.expiresAtMs === undefined ? {} : { expiresAtMs: record.expiresAtMs }),
    events: events.sort(byRevision),
    snapshots: snapshots.sort(byRevision),
  };
}

export function damagedHead(id: string, field: string): Fault {
  return new Fault('game-invalid', `The field "${field}" of game ${idText(id)} is missing or damaged`, {
    next: 'Restore this game from a backup, or correct it by hand',
  });
}

function* ownFields(parts: readonly RecordPart[]) {
  for (const { name, value } of parts) {
    const field = fieldOf(name);
    if (field && value.kind === 'bytes') yield { field, bytes: value.bytes };
  }
}

const byRevision = (a: Encoded, b: Encoded) => a.revision - b.revision;

/** Bytes above 127 become characters that no name of this layout has. */
const textOf = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
