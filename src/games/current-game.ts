/** A game of the current layout as far as it can be read: a damaged head does not hide what else is there. */
import { countOf, fieldOf, phaseOf, revisionOf } from '../backend/current-layout.ts';
import type { Encoded, StoredGame } from '../backend/port.ts';
import { nameText, partOf, textValue } from '../game/field-values.ts';
import type { GameId } from '../game/game.ts';
import type { GameRecord } from '../game/record.ts';
import type { Problem } from './game-view.ts';

export interface CurrentGame {
  readonly id: GameId;
  /** As stored; undefined when damaged or missing. */
  readonly head: Partial<Pick<StoredGame, 'revision' | 'phase' | 'createdAtMs' | 'updatedAtMs'>>;
  /** Whatever the phase says. */
  readonly phaseText: string | undefined;
  readonly expiresAtMs: number | undefined;
  /** The head's, or that of the newest event or snapshot if one is newer; 0 when there is none. */
  readonly newestRevision: number;
  /** Ascending. */
  readonly events: readonly Encoded[];
  readonly snapshots: readonly Encoded[];
  readonly otherFields: readonly string[];
  /** Of the head, and fields of ours that hold no bytes. */
  readonly problems: readonly Problem[];
}

export function readCurrent(record: GameRecord): CurrentGame {
  const { events, snapshots, otherFields, untyped } = ownParts(record);
  const { head, problems } = readHead(record);
  const revisions = [...events, ...snapshots].map(({ revision }) => revision);
  const phase = partOf(record, 'phase');
  return {
    // An id that a game was stored under has been parsed before.
    id: record.id as GameId,
    head,
    phaseText: phase && textValue(phase),
    expiresAtMs: record.expiresAtMs,
    newestRevision: revisions.reduce((one, other) => Math.max(one, other), head.revision ?? 0),
    events,
    snapshots,
    otherFields,
    problems: [...problems, ...untyped],
  };
}

function ownParts({ parts }: GameRecord) {
  const events: Encoded[] = [];
  const snapshots: Encoded[] = [];
  const otherFields: string[] = [];
  const untyped: Problem[] = [];
  for (const { name, value } of parts) {
    const field = fieldOf(name);
    if (!field) otherFields.push(nameText(name));
    else if (field.kind !== 'event' && field.kind !== 'snapshot') continue;
    else if (value.kind !== 'bytes') {
      untyped.push({ field: nameText(name), what: `it is a ${value.kind}, not bytes` });
    } else {
      (field.kind === 'event' ? events : snapshots).push({ revision: field.revision, bytes: value.bytes });
    }
  }
  return { events: events.sort(byRevision), snapshots: snapshots.sort(byRevision), otherFields, untyped };
}

const byRevision = (a: Encoded, b: Encoded) => a.revision - b.revision;

function readHead(record: GameRecord) {
  const problems: Problem[] = [];
  const read = <T>(field: string, parse: (bytes: Uint8Array) => T | undefined): T | undefined => {
    const part = partOf(record, field);
    const value = part?.kind === 'bytes' ? parse(part.bytes) : undefined;
    if (value === undefined) problems.push({ field, what: part ? 'it is damaged' : 'it is missing' });
    return value;
  };
  const found = {
    revision: read('rev', revisionOf),
    phase: read('phase', phaseOf),
    createdAtMs: read('created', countOf),
    updatedAtMs: read('updated', countOf),
  };
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  // Only what is undefined was left out.
  return { head: Object.fromEntries(known) as CurrentGame['head'], problems };
}
